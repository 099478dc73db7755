// The colours of the page by scheme, once, for the style sheet and for the plots. Text has a
// contrast of at least 4.5 to its ground, lines and bars at least 3 (WCAG 2.2, 1.4.3 and 1.4.11).

/** Colours as CSS writes them. */
export interface Palette {
  readonly paper: string;
  readonly raised: string;
  readonly ink: string;
  readonly muted: string;
  readonly rule: string;
  readonly link: string;
  readonly pass: string;
  readonly fail: string;
  readonly warn: string;
  /** One a series or stage, told apart by their lightness too. */
  readonly series: readonly string[];
  /** Of a heat map: none, half, all. */
  readonly heat: readonly [string, string, string];
}

/** Dark on light, and for print. */
export const lightPalette: Palette = {
  paper: '#ffffff',
  raised: '#f4f5f7',
  ink: '#1b1f24',
  muted: '#57606a',
  rule: '#d5d9df',
  link: '#0b57a4',
  pass: '#1a6b34',
  fail: '#b3261e',
  warn: '#8a5300',
  series: ['#6b7683', '#7a4fb3', '#1f6fbf', '#0b3d6e', '#c2570c', '#2b8a57', '#a61e4d', '#7d6608'],
  heat: ['#dfe9f3', '#4a96d2', '#08305c'],
};

/** Light on dark. */
export const darkPalette: Palette = {
  paper: '#14171b',
  raised: '#1d2126',
  ink: '#e6e9ed',
  muted: '#a3acb8',
  rule: '#363c45',
  link: '#7db8f5',
  pass: '#6fcf8e',
  fail: '#ff8a80',
  warn: '#f0b35b',
  series: ['#8d98a6', '#b79bea', '#5aa5f0', '#b5d8fa', '#f5964f', '#64c78f', '#f283a8', '#d8bd4a'],
  heat: ['#27323d', '#2f7fc1', '#d9ecfc'],
};
