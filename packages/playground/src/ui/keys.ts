/** Keyboard shortcuts of the page, unless a field or button handles the key. */
import type { Model } from './model.ts';

/** Handles a key press. Returns whether the key has a meaning. */
export function handleKey(key: string, model: Model): boolean {
  const { timeline } = model;
  switch (key) {
    case ' ':
      if (model.isPlaying) model.pause();
      else model.play();
      return true;
    case 'ArrowRight':
      model.step();
      return true;
    case 'ArrowLeft':
      model.back();
      return true;
    case 'Home':
      model.seek(0);
      return true;
    case 'End':
      model.seek(timeline.head);
      return true;
    case 'Escape':
      model.select({ type: 'none' });
      return true;
    default:
      return handleSelected(key, model);
  }
}

/** Handles keys that act on the selection. */
function handleSelected(key: string, model: Model): boolean {
  const { selection, session } = model;
  if (selection.type === 'message') {
    const types = { l: 'lose', d: 'delay', r: 'repeat' } as const;
    const type = key === 'l' || key === 'd' || key === 'r' ? types[key] : undefined;
    if (type !== undefined) model.act({ type, message: selection.id });
    return type !== undefined;
  }
  const peer = selection.type === 'peer' ? session.frame.peers[selection.peer] : undefined;
  if (peer === undefined) return false;
  const { id, state } = peer;
  if (key === 'c') model.act({ type: state === 'down' ? 'restart' : 'crash', peer: id });
  else if (key === 'f') model.act({ type: state === 'paused' ? 'resume' : 'pause', peer: id });
  else if (key === 'w') model.act({ type: 'wipe', peer: id });
  else return false;
  return true;
}
