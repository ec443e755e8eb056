import { ClusterIncarnation } from '@paxkv/kvserver/internal/service/cluster-incarnation';
import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';

const [name = '', other = ''] = [1, 2].map((fill) => Buffer.alloc(16, fill).toString('base64url'));

function codeOf(cluster: ClusterIncarnation, expected: string | undefined): string | undefined {
  try {
    cluster.expect(expected);
    return undefined;
  } catch (error) {
    if (!(error instanceof KvError)) throw error;
    expect(error.outcome).to.equal('not done');
    return error.code;
  }
}

describe('The incarnation of a cluster, in a server', () => {
  it('becomes known once, and is told then', () => {
    const cluster = new ClusterIncarnation();
    const told: string[] = [];
    cluster.onNamed((each) => told.push(each));
    expect(cluster.name).to.equal(undefined);
    cluster.become(name);
    cluster.become(name);
    expect([cluster.name, told]).to.deep.equal([name, [name]]);
  });

  it('is compared with what a client expects, if it expects one', () => {
    const cluster = new ClusterIncarnation();
    expect(codeOf(cluster, undefined)).to.equal(undefined);
    expect(codeOf(cluster, name)).to.equal('KV_UNAVAILABLE');
    expect(codeOf(cluster, 'x')).to.equal('KV_BAD_REQUEST');
    cluster.become(name);
    expect(codeOf(cluster, undefined)).to.equal(undefined);
    expect(codeOf(cluster, name)).to.equal(undefined);
    expect(codeOf(cluster, other)).to.equal('KV_WRONG_CLUSTER');
    expect(codeOf(cluster, `${name}, ${name}`)).to.equal('KV_BAD_REQUEST');
  });
});
