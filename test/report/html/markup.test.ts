import { describe, expect, test } from 'vitest';
import { escapeHtml, html, markup, nothing, scriptJson } from '../../../src/report/html/markup.js';
import { shortText, shownRows, table } from '../../../src/report/html/table.js';

const hostile = '<img src=x onerror="alert(1)">';

describe('html', () => {
  test('takes the template as markup and everything put into it as text', () => {
    expect(html`<b title="${hostile}">${hostile}</b>`.text).toBe(
      '<b title="&lt;img src=x onerror=&quot;alert(1)&quot;&gt;">' +
        '&lt;img src=x onerror=&quot;alert(1)&quot;&gt;</b>',
    );
  });

  test('does not escape twice what is markup already', () => {
    expect(html`<p>${html`<b>${'a & b'}</b>`}</p>`.text).toBe('<p><b>a &amp; b</b></p>');
  });

  test('joins lists without commas, and formats numbers as files do', () => {
    expect(html`${['<', html`<br>`, 'x']}`.text).toBe('&lt;<br>x');
    expect(html`${0.1 + 0.2} ${-0}`.text).toBe('0.3 0');
    expect(() => html`${Number.NaN}`).toThrow('finite');
  });

  test('puts trusted markup in as it is', () => {
    expect(html`<style>${markup('a > b {}')}</style>${nothing}`.text).toBe(
      '<style>a > b {}</style>',
    );
  });

  test('escapes every sign that could end a text or an attribute', () => {
    expect(escapeHtml(`<>&"'`)).toBe('&lt;&gt;&amp;&quot;&#39;');
  });
});

describe('scriptJson', () => {
  test('cannot end its element, and reads back as it was', () => {
    const value = { name: '</script><script>alert(1)</script>', other: '<!--' };
    const { text } = scriptJson(value);
    expect(text).not.toContain('<');
    expect(text).toContain('\\u003c/script>');
    expect(JSON.parse(text)).toEqual(value);
  });
});

describe('table', () => {
  const columns = [
    { title: 'Name', cell: (row: { name: string; size: number }) => row.name },
    { title: 'Size', isNumeric: true, cell: (row: { name: string; size: number }) => row.size },
  ];

  test('has a caption, headings with a scope, and a region that can be scrolled by keyboard', () => {
    const { text } = table('Things', columns, [{ name: hostile, size: 3 }]);
    expect(text).toContain('role="region" aria-label="Things" tabindex="0"');
    expect(text).toContain('<caption><span>Things</span></caption>');
    expect(text).toContain('<th scope="col">Name</th><th scope="col" class="n">Size</th>');
    expect(text).toContain('<td class="n">3</td>');
    expect(text).toContain('<th scope="row">&lt;img');
  });

  test('is nothing without rows', () => {
    expect(table('Things', columns, [])).toBe(nothing);
  });

  test('says by which rule rows were left out, and where they are', () => {
    expect(shownRows(5, 5, 'the largest', 'x.csv')).toBe(nothing);
    expect(shownRows(50, 5_000, 'the largest', 'x.csv').text).toMatch(
      /50 of 5,000: the largest\. All\s+are in <code>x\.csv<\/code>/,
    );
  });

  test('shortens free text only', () => {
    expect(shortText('short')).toBe('short');
    expect(shortText('x'.repeat(1_000))).toHaveLength(240);
  });
});
