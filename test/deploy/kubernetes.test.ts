import { rm } from 'node:fs/promises';
import { paths } from '@paxkv/protocol';
import { expect } from 'chai';
import { StatefulSet } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service } from 'kubernetes-models/v1';
import { at, effectiveSettings, type Json, makeSecrets, readYaml } from './deployment-files.ts';
import { ReadMembers } from './read-members.ts';

const kinds = { Service, StatefulSet, PodDisruptionBudget, NetworkPolicy } as const;
const ownLabel = { 'app.kubernetes.io/name': 'paxkv' };

/** @throws Error if the schema of its kind does not take the object */
function validate(object: Json): void {
  const Kind = kinds[at(object, 'kind') as keyof typeof kinds];
  const members = new ReadMembers(object);
  // A model would copy the object, and so read everything in it.
  Kind.prototype.validate.call(members.value);
  // What no validator has read is in no schema.
  if (members.unread.length > 0) throw new Error(`unknown: ${members.unread.join(', ')}`);
}

describe('The Kubernetes manifest', () => {
  let objects: Json[];
  let secrets: string;
  const one = (kind: string) => objects.find((object) => at(object, 'kind') === kind) ?? {};
  const pod = () => at(one('StatefulSet'), 'spec', 'template', 'spec');
  const container = () => at(pod(), 'containers', 0);

  before(async () => {
    objects = await readYaml('deploy/kubernetes/paxkv.yaml');
    secrets = await makeSecrets();
  });
  after(() => rm(secrets, { recursive: true }));

  it('follows the schemas of its kinds, without a member that they do not know', () => {
    expect(objects.map(({ kind }) => kind)).to.include.members(Object.keys(kinds));
    for (const object of objects) validate(object);
    const set = one('StatefulSet');
    const withSpec = (more: Json) => ({ ...set, spec: { ...Object(at(set, 'spec')), ...more } });
    expect(() => validate(withSpec({ replicas: 'three' }))).to.throw('replicas');
    expect(() => validate(withSpec({ replcas: 3 }))).to.throw('unknown: spec.replcas');
  });

  it('selects its own pods everywhere', () => {
    const set = one('StatefulSet');
    expect(at(set, 'spec', 'template', 'metadata', 'labels')).to.deep.equal(ownLabel);
    expect(at(set, 'spec', 'selector', 'matchLabels')).to.deep.equal(ownLabel);
    for (const service of objects.filter(({ kind }) => kind === 'Service')) {
      expect(at(service, 'spec', 'selector')).to.deep.equal(ownLabel);
    }
    const budget = one('PodDisruptionBudget');
    expect(at(budget, 'spec', 'selector', 'matchLabels')).to.deep.equal(ownLabel);
    expect(at(one('NetworkPolicy'), 'spec', 'podSelector', 'matchLabels')).to.deep.equal(ownLabel);
  });

  it('starts nodes with settings that the server takes, at the names of their pods', async () => {
    const set = one('StatefulSet');
    const [name, service] = [at(set, 'metadata', 'name'), at(set, 'spec', 'serviceName')];
    const replicas = Number(at(set, 'spec', 'replicas'));
    for (let node = 0; node < replicas; node += 1) {
      const settings = await settingsOf(node);
      expect(settings.get('node')).to.equal(`${node}`);
      const peers = settings.get('peers')?.split(',') ?? [];
      expect(peers).to.have.lengthOf(replicas);
      expect(peers[node]).to.equal(`${name}-${node}.${service}:${settings.get('port')}`);
      expect(settings.get('insecure')).to.equal('no');
      expect(settings.get('auth')).to.equal('yes');
      expect(settings.get('data')).to.match(/^\/var\/lib\/paxkv\/./);
    }
  });

  async function settingsOf(node: number) {
    const entries = (at(container(), 'env') as Json[]).map((entry) => {
      const field = at(entry, 'valueFrom', 'fieldRef', 'fieldPath');
      const [name, value] = [at(entry, 'name'), at(entry, 'value')];
      // Kubernetes puts in the variables that come before.
      if (value !== undefined) return [name, String(value).replaceAll('$(PAXKV_NODE)', `${node}`)];
      expect(field).to.equal("metadata.labels['apps.kubernetes.io/pod-index']");
      return [name, `${node}`];
    });
    const args = at(container(), 'args') as string[];
    const environment = Object.fromEntries(entries);
    return effectiveSettings({ environment, args, secretsAt: '/etc/paxkv/secret', secrets });
  }

  it('offers the ports on which the server listens, under the names that others use', async () => {
    const ports = at(container(), 'ports') as { name: string; containerPort: number }[];
    const port = (await settingsOf(0)).get('port');
    expect(ports.find(({ name }) => name === 'clients')?.containerPort).to.equal(Number(port));
    const names = ports.map(({ name }) => name);
    const used = JSON.stringify(objects).matchAll(/"(?:targetPort|port)":"([a-z]+)"/g);
    for (const [, name] of used) expect(names).to.include(name);
  });

  it('probes paths that exist, and restarts no node for what others lack', () => {
    const path = (probe: string) => at(container(), probe, 'httpGet', 'path');
    expect(path('livenessProbe')).to.equal(paths.live);
    expect(path('startupProbe')).to.equal(paths.live);
    expect(path('readinessProbe')).to.equal(paths.ready);
  });

  it('lets nobody take two nodes at once', () => {
    expect(at(one('PodDisruptionBudget'), 'spec', 'maxUnavailable')).to.equal(1);
    expect(at(one('StatefulSet'), 'spec', 'updateStrategy', 'type')).to.equal('RollingUpdate');
  });

  it('sets no variable that the server would take for a setting', () => {
    expect(at(pod(), 'enableServiceLinks')).to.equal(false);
  });

  it('takes every right from the pods that they do not need', () => {
    expect(at(pod(), 'securityContext')).to.deep.include({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(at(pod(), 'automountServiceAccountToken')).to.equal(false);
    expect(at(container(), 'securityContext')).to.deep.equal({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('mounts every volume that it has, and no other', () => {
    const named = (list: unknown) => (list as Json[]).map(({ name }) => name);
    const claims = at(one('StatefulSet'), 'spec', 'volumeClaimTemplates') as Json[];
    const volumes = [
      ...named(at(pod(), 'volumes')),
      ...claims.map((claim) => at(claim, 'metadata', 'name')),
    ];
    expect(named(at(container(), 'volumeMounts'))).to.have.members(volumes);
  });
});
