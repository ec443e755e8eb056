import { EventEmitter } from 'node:events';
import type { CredentialSettings } from '@paxkv/kvserver';
import { expect } from 'chai';
import { reloadCredentials } from 'paxkv/internal/credential-reload';

const settings: CredentialSettings = { clusterSecret: 'a'.repeat(32) };

function reloading(read: () => CredentialSettings) {
  const source = new EventEmitter();
  const given: CredentialSettings[] = [];
  const notes: string[] = [];
  const server = {
    replaceCredentials: (credentials: CredentialSettings) => {
      given.push(credentials);
    },
  };
  const streams = { note: (text: string) => notes.push(text) };
  const end = reloadCredentials(server, { paths: [], read }, streams, source);
  return { source, given, notes, end };
}

describe('reloadCredentials', () => {
  it('gives the server what the files have on SIGHUP, until it ends', () => {
    const { source, given, notes, end } = reloading(() => settings);
    source.emit('SIGHUP');
    expect(given).to.deep.equal([settings]);
    expect(notes).to.have.length(1);
    end();
    expect(source.listenerCount('SIGHUP')).to.equal(0);
  });

  it('leaves everything as it is if a file cannot be used, and says why', () => {
    const { source, given, notes, end } = reloading(() => {
      throw new Error('cannot use FILE');
    });
    source.emit('SIGHUP');
    expect(given).to.deep.equal([]);
    expect(notes.join()).to.match(/^warning: .* stay as they were: cannot use FILE$/);
    end();
  });
});
