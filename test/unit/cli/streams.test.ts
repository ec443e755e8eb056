import { expect } from 'chai';
import { jsonLine, processStreams, toJsonValue } from 'paxkv/internal/streams';

describe('streams', () => {
  it('give JSON one line', () => {
    expect(jsonLine({ text: 'a\nb' })).to.equal('{"text":"a\\nb"}\n');
  });

  it('give a value to JSON as text where it is text, byte order mark included', () => {
    expect(toJsonValue(Buffer.from('grün'))).to.deep.equal({ value: 'grün' });
    expect(toJsonValue(Buffer.from('\uFEFFa'))).to.deep.equal({ value: '\uFEFFa' });
  });

  it('give a value to JSON in base64 where it is no text', () => {
    expect(toJsonValue(Buffer.from([0xff, 0]))).to.deep.equal({ valueBase64: '/wA=' });
  });

  it('of the process resolve once the data is handed over', async () => {
    await processStreams().data('');
  });
});
