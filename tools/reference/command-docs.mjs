// docs/cli.md as text, from what --help says of each command.

import { table } from './markdown.mjs';

const head = `# Command line

All commands and options. \`kubeclock COMMAND --help\` says the same. What a command ends with is in
[errors.md](errors.md).

Results go to stdout, progress and warnings to stderr. A long option may also come from the
environment: \`KUBECLOCK_SEED=7\` is \`--seed 7\`, unless the option is given. That holds for
ENVIRONMENT.

This file is written from the code: \`npm run build && node tools/write-reference.mjs\`.
`;

/** The help of every command, by its call such as `run <files..>`; unwrapped. */
export async function commandHelp(buildParser) {
  const silent = { write: () => true };
  const host = { out: silent, err: silent, env: {} };
  const helpOf = (args) =>
    buildParser(args, host, () => {})
      .wrap(null)
      .getHelp();
  const main = await helpOf([]);
  const commands = new Map([['', { description: '', help: main }]]);
  for (const [, call, description] of main.matchAll(/^ {2}kubeclock (\S.*?) {2,}(\S.*)$/gm)) {
    if (main.indexOf('Commands:') > main.indexOf(`  kubeclock ${call} `)) continue;
    const [name] = call.split(' ');
    commands.set(call, { description, help: name === 'completion' ? '' : await helpOf([name]) });
  }
  return commands;
}

/** The whole document; `environment` has the names of the options that can be set there. */
export function renderCommandDocs(commands, environment) {
  const helps = [...commands].map(([call, { description, help }]) => ({
    call,
    description,
    ...partsOf(help),
  }));
  const optionsOf = (name) => helps.find(({ call }) => call.split(' ')[0] === name).options;
  const shared = [
    { title: 'Options of every command', options: optionsOf('') },
    { title: 'Options that change the input', options: common(optionsOf('run'), optionsOf('get')) },
    { title: 'Options of scheduler_perf', options: common(optionsOf('run'), optionsOf('plan')) },
  ];
  for (let i = 1; i < shared.length; i++) {
    for (const { options } of shared.slice(0, i)) {
      shared[i].options = shared[i].options.filter((option) => !has(options, option));
    }
  }
  const commandsOnly = helps.filter(({ call }) => call !== '');
  return [
    head.replace('ENVIRONMENT', environment.map((name) => `\`--${name}\``).join(', ')),
    ...commandsOnly.map((command) => section(command, shared)),
    ...shared.map(({ title, options }) => `## ${title}\n\n${optionTable(options)}`),
    `## Options of imported formats\n\n${optionTable(optionsOf('import').filter(isOfFormat))}`,
  ].join('\n');
}

const isOfFormat = ({ group }) => group.startsWith('Options of formats');

const has = (options, { names, description }) =>
  options.some((other) => other.names === names && other.description === description);

const common = (some, others) =>
  some.filter((option) => has(others, option) && !isOfFormat(option));

function section({ call, description, usage, options }, shared) {
  const [name] = call.split(' ');
  const links = [];
  let own = options;
  for (const { title, options: group } of shared) {
    // `get` says something else about --output.
    if (group.filter((option) => !has(options, option)).length > 1) continue;
    own = own.filter((option) => !has(group, option));
    links.push(`[${title.toLowerCase()}](#${title.toLowerCase().replaceAll(' ', '-')})`);
  }
  if (own.some(isOfFormat)) {
    own = own.filter((option) => !isOfFormat(option));
    links.push('[options of imported formats](#options-of-imported-formats)');
  }
  return [
    `## ${name}\n\n${description}.\n`,
    usage === '' ? '' : `\n\`\`\`sh\n${usage}\n\`\`\`\n`,
    own.length === 0 ? '' : `\n${optionTable(own)}`,
    links.length === 0 ? '' : `\nAlso: ${links.join(', ')}.\n`,
  ].join('');
}

function optionTable(options) {
  return table(
    ['option', 'meaning'],
    options.map(({ names, value, description }) => [`\`${names}\`${value}`, description]),
  );
}

/** Examples with the usage below them, and options with their groups, of a text of help. */
function partsOf(help) {
  const usage = /^Examples:\n([\s\S]*?)\n\nUsage: ([\s\S]*?)(?:\n\n|$)/.exec(help);
  const calls = usage?.[2].split('\n').map((line) => `# ${line.trim()}`) ?? [];
  const examples =
    usage?.[1].split('\n').map((line) => line.trim().replace(/ {3,}/, '   # ')) ?? [];
  const options = [];
  let group = '';
  for (const line of help.slice(usage?.[0].length ?? 0).split('\n')) {
    if (/^\S.*:$/.test(line)) group = line.slice(0, -1);
    else if (/^ {2,}\S/.test(line) && group !== 'Commands') options.push(optionOf(line, group));
  }
  return { usage: [...calls, ...examples].join('\n'), options };
}

/** `  -o, --output  Format  [string]`. */
function optionOf(line, group) {
  const [names, description = ''] = line.trim().split(/ {2,}/);
  const isText = group !== 'Positionals' && line.includes('[string]');
  return { group, names, description, value: isText ? ' *text*' : '' };
}
