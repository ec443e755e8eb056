import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { KvClient, KvError } from '@paxkv/client';
import { expect } from 'chai';
import { NodeUnderTest } from '../../client/range/node-under-test.ts';
import { ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';
import { CapturedStreams, type Outcome, runCaptured } from '../captured-streams.ts';

const node = process.execPath;
const program = fileURLToPath(import.meta.resolve('paxkv/internal/main'));

describe('paxkv elect', () => {
  let server: ServerUnderTest;
  let machine: NodeUnderTest;
  let client: KvClient;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
    machine = await NodeUnderTest.open();
    server.replica.script = (request) => machine.submit(request);
    client = new KvClient({ server: machine });
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  const elect = (...words: string[]) => runCaptured(['elect', '-e', server.url, ...words]);
  const count = () => client.count({ prefix: 'mail/' });
  /** The place of the client that leads or waits. */
  const place = async (): Promise<string> => {
    for (;;) {
      for await (const { key } of client.keys({ prefix: 'mail/' })) return key;
      await sleep(5);
    }
  };

  it('leads until Ctrl-C in a process of its own, which nothing else keeps alive', async () => {
    const child = spawn(node, [program, 'elect', '-e', server.url, 'mail', 'host-1'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    expect(await Promise.race([ended, sleep(500, 'leads')])).to.equal('leads');
    child.kill('SIGINT');
    expect(await ended).to.deep.equal([0, null]);
    expect(await count()).to.equal(0);
  });

  it('runs a program while it leads, announces the value, and exits with its code', async () => {
    const running = elect(
      'mail',
      'host-1',
      '--',
      node,
      '-e',
      'setTimeout(() => process.exit(3), 300)',
    );
    expect(await client.get(await place())).to.equal('host-1');
    const { exitCode, printed, notes } = await running;
    expect({ exitCode, printed }).to.deep.equal({ exitCode: 3, printed: '' });
    expect(notes).to.have.length(1);
    expect(notes[0]).to.match(/^leads mail with the number \d+$/);
    expect(await count()).to.equal(0);
  });

  it('tells the program the number under which it leads', async () => {
    const program = 'process.exit(Number(process.env.PAXKV_FENCE))';
    expect(await elect('mail', 'v', '--', node, '-e', program)).to.include({ exitCode: 1 });
    expect(await elect('mail', 'v', '--', node, '-e', program)).to.include({ exitCode: 3 });
  });

  /** Runs the command, and `work` once it has printed something. */
  async function around(
    words: readonly string[],
    work: (streams: CapturedStreams) => Promise<void>,
  ): Promise<Outcome> {
    const streams = new CapturedStreams({});
    const running = runCaptured(['elect', '-e', server.url, ...words], streams);
    while (streams.printed.length === 0) await sleep(5);
    await work(streams);
    return running;
  }

  it('without a program prints the number, and resigns when it is asked to end', async () => {
    const { exitCode, printed } = await around(['mail', 'v', '--json'], async () => {
      process.emit('SIGTERM');
    });
    expect({ exitCode, printed }).to.deep.equal({ exitCode: 0, printed: '{"fence":1}\n' });
    expect(await count()).to.equal(0);
  });

  it('exits with 4 when another client may lead', async () => {
    const { exitCode, printed, notes } = await around(['mail', 'v', '--ttl', '1s'], async () => {
      await client.leases.revoke((await place()).slice('mail/'.length));
    });
    expect({ exitCode, printed }).to.deep.equal({ exitCode: 4, printed: '1\n' });
    expect(notes.join()).to.contain('KV_LEASE_LOST');
  });

  it('prints each leader with --listen', async () => {
    const lead = async (streams: CapturedStreams) => {
      for (const value of ['a\tb', Uint8Array.of(255)]) {
        await client.campaign('mail', { ttlMs: 60_000, value }, async () => {});
      }
      while (streams.printed.toString().split('\n').length < 6) await sleep(5);
      machine.before = () => {
        throw new KvError('KV_FORBIDDEN', 'No right any more.');
      };
    };
    const { printed, exitCode } = await around(['mail', '--listen'], lead);
    expect(printed).to.equal('none\n1\ta\\tb\nnone\n3\tbase64:/w==\nnone\n');
    expect(exitCode).to.equal(1);
    machine.before = () => {};
    const { printed: json } = await around(['mail', '--listen', '--json'], lead);
    expect(json.trimEnd().split('\n')).to.deep.equal([
      '{"leader":null}',
      '{"leader":{"fence":5,"value":"a\\tb"}}',
      '{"leader":null}',
      '{"leader":{"fence":7,"valueBase64":"/w=="}}',
      '{"leader":null}',
    ]);
  });

  it('takes a value, or --listen and none', async () => {
    for (const words of [['mail'], ['mail', 'v', '--listen'], []])
      expect(await elect(...words), words.join()).to.include({ exitCode: 2 });
  });
});
