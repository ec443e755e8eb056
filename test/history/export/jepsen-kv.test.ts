import { expect } from 'chai';
import { fromDrawing } from '../../linearizability/drawing.ts';
import { toOperations } from '../pairing.ts';
import { Recorder } from '../recorder.ts';
import { toJepsenKv } from './jepsen-kv.ts';

function linesOf(drawing: string): string[] {
  return toJepsenKv(toOperations(fromDrawing(drawing)))
    .text.split('\n')
    .slice(0, -1);
}

function recorderOf(): Recorder {
  let time = 0;
  return new Recorder({ now: () => time++ });
}

describe('the export to key-value logs', () => {
  it('writes an event per line, all keys in one file', () => {
    expect(linesOf('[x:put a] [y:get -] [x:append b] [x:get ab]')).to.deep.equal([
      '{:process 0, :type :invoke, :f :put, :key "x", :value "a"}',
      '{:process 0, :type :ok, :f :put, :key "x", :value "a"}',
      '{:process 0, :type :invoke, :f :get, :key "y", :value nil}',
      '{:process 0, :type :ok, :f :get, :key "y", :value ""}',
      '{:process 0, :type :invoke, :f :append, :key "x", :value "b"}',
      '{:process 0, :type :ok, :f :append, :key "x", :value "b"}',
      '{:process 0, :type :invoke, :f :get, :key "x", :value nil}',
      '{:process 0, :type :ok, :f :get, :key "x", :value "ab"}',
    ]);
  });

  it('writes a delete as a put of an empty value', () => {
    expect(linesOf('[delete]')[0]).to.equal(
      '{:process 0, :type :invoke, :f :put, :key "x", :value ""}',
    );
  });

  it('leaves out what failed and gets without an end, and keeps unknown writes open', () => {
    const drawing = `
      [put a !] [get a !] [append b >
                                        [get z >`;
    expect(linesOf(drawing)).to.deep.equal([
      '{:process 0, :type :invoke, :f :append, :key "x", :value "b"}',
    ]);
  });

  it('encodes characters that the format cannot quote, each piece as in the whole', () => {
    const recorder = recorderOf();
    const client = recorder.client();
    client.append('a "key"\n', '50%"').ok({});
    client.append('a "key"\n', 'é\\').ok({});
    client.get('a "key"\n').ok({ value: '50%"é\\' });
    const { text } = toJepsenKv(toOperations(recorder.events));
    const shown = [...text.matchAll(/:type :ok, .*:key "(.*)", :value "(.*)"/g)];
    expect(shown.map(([, key]) => key)).to.deep.equal(Array(3).fill('a %22key%22%0A'));
    expect(shown.map(([, , value]) => value)).to.deep.equal(['50%25%22', 'é%5C', '50%25%22é%5C']);
  });

  it('leaves out a key whose line would be too long, and no other', () => {
    const recorder = recorderOf();
    const client = recorder.client();
    client.put('k', 'é'.repeat(2000)).ok({});
    expect(toJepsenKv(toOperations(recorder.events)).leftOut).to.deep.equal([]);
    const [line = ''] = toJepsenKv(toOperations(recorder.events)).text.split('\n');
    const spare = 4095 - Buffer.byteLength(line);
    client.put('fits', '-').ok({});
    client.put('k', `${'é'.repeat(2000)}${'-'.repeat(spare)}`).ok({});
    expect(toJepsenKv(toOperations(recorder.events)).leftOut).to.deep.equal([]);
    client.put('k', `${'é'.repeat(2000)}${'-'.repeat(spare + 1)}`).ok({});
    const { text, leftOut } = toJepsenKv(toOperations(recorder.events));
    expect(leftOut.map(({ key }) => key)).to.deep.equal(['k']);
    expect(text).to.match(/:key "fits"/);
    expect(text).not.to.match(/:key "k"/);
  });
});
