// What `check` found as annotations of GitHub Actions: workflow commands, one a line, that put an
// error at the line of the scenario that it is about.
//
// Source: GitHub documentation, "Workflow commands for GitHub Actions".
import { type CheckReport, headline, isBadBaseline } from './check-report.js';
import { findings } from './difference-text.js';
import { thresholdText } from './threshold-text.js';

/** The lines; empty when there is nothing to annotate. */
export function githubAnnotations({ scenarios }: CheckReport): string {
  return scenarios
    .flatMap((scenario) => {
      const { name, file, line, difference, thresholds } = scenario;
      const lines = thresholds
        .filter(({ ok }) => !ok)
        .map((row) => {
          const command = row.level === 'error' ? 'error' : 'warning';
          const title = `${name}: threshold failed`;
          return annotation(command, { file, line: row.line, title }, thresholdText(row));
        });
      if (!isBadBaseline(scenario)) return lines;
      const causes = (difference === undefined ? [] : findings(difference)).map(
        (finding) => `${finding.title}: ${finding.lines.join('; ')}`,
      );
      const message = [headline(scenario), ...causes].join('\n');
      return [annotation('error', { file, line, title: `${name}: baseline` }, message), ...lines];
    })
    .join('');
}

interface AnnotationPlace {
  readonly file: string;
  readonly line: number;
  readonly title: string;
}

function annotation(
  command: 'error' | 'warning',
  { file, line, title }: AnnotationPlace,
  message: string,
): string {
  const where = `file=${property(file)},line=${line},title=${property(title)}`;
  return `::${command} ${where}::${data(message)}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
