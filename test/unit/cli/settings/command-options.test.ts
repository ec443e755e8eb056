import { expect } from 'chai';
import { Command } from 'commander';
import { addSettings } from 'paxkv/internal/settings/command-options';
import { size, wholeNumber, yesOrNo } from 'paxkv/internal/settings/kinds';

const table = {
  node: {
    kind: wholeNumber(0, 9),
    help: 'which node',
    placeholder: 'id',
    short: 'n',
    isRequired: true,
  },
  logBudget: {
    kind: size(1, 1024),
    help: 'memory',
    placeholder: 'size',
    defaultText: 'as needed',
  },
  console: { kind: yesOrNo, help: 'offer a page', placeholder: 'yes|no', default: true },
  trace: { kind: yesOrNo, help: 'record', placeholder: 'yes|no', default: false },
} as const;

function toCommand(): Command {
  const command = new Command('serve').exitOverride().configureHelp({ helpWidth: 200 });
  addSettings(command, table);
  return command.action(() => undefined);
}

describe('the options of a command with settings', () => {
  it('tell values, units, defaults and variables in the help', () => {
    const help = toCommand().helpInformation().replaceAll(/ +/g, ' ');
    expect(help).to.contain(
      '-n, --node <id> required: which node (whole number, 0 to 9) (env: PAXKV_NODE)',
    );
    expect(help).to.contain(
      '--log-budget <size> memory (size, 1B to 1KiB; default as needed) (env: PAXKV_LOG_BUDGET)',
    );
    expect(help).to.contain('--no-console do not offer a page (env: PAXKV_CONSOLE=no)');
    expect(help).to.contain('--trace [yes|no] record').and.contain('env: PAXKV_TRACE');
    expect(help).to.contain('--config <file>').and.contain('--print-config');
  });

  it('parse the text of each value', () => {
    const args = ['-n', '3', '--log-budget', '1KiB', '--no-console', '--trace', '--print-config'];
    expect(toCommand().parse(args, { from: 'user' }).opts()).to.deep.equal({
      node: 3,
      logBudget: 1024,
      console: false,
      trace: true,
      printConfig: true,
    });
  });

  it('refuse a value outside the range', () => {
    const parse = () =>
      toCommand()
        .configureOutput({ writeErr: () => undefined })
        .parse(['--node', '10'], { from: 'user' });
    expect(parse).to.throw('It must be a whole number from 0 to 9.');
  });
});
