/** Gestures on the stage: a click on a message selects it, and a line drawn across the stage partitions the peers. */
import { type Point, sidesOf, stageSize } from './geometry.ts';
import type { Model } from './model.ts';

/** A shorter line is a click. */
const lineLengthMin = 40;

/** Returns a function that stops listening. */
export function listenToGestures(stage: HTMLElement, model: Model): () => void {
  let start: Point | undefined;
  const onDown = (event: PointerEvent) => {
    const target = event.target instanceof Element ? event.target : undefined;
    const message = target?.closest('[data-message]')?.getAttribute('data-message');
    if (typeof message === 'string') model.select({ type: 'message', id: Number(message) });
    else if (!target?.closest('[data-peer]')) start = pointOf(stage, event);
  };
  const onMove = (event: PointerEvent) => {
    if (start !== undefined) drawLine(stage, start, pointOf(stage, event));
  };
  const onUp = (event: PointerEvent) => {
    if (start === undefined) return;
    const end = pointOf(stage, event);
    const isLine = Math.hypot(end.x - start.x, end.y - start.y) >= lineLengthMin;
    const { peers } = model.timeline.frame;
    const groups = isLine ? sidesOf(start, end, peers.length) : undefined;
    if (groups !== undefined) model.act({ type: 'partition', groups });
    start = undefined;
    drawLine(stage);
  };
  stage.addEventListener('pointerdown', onDown);
  window.addEventListener('pointermove', onMove);
  window.addEventListener('pointerup', onUp);
  return () => {
    stage.removeEventListener('pointerdown', onDown);
    window.removeEventListener('pointermove', onMove);
    window.removeEventListener('pointerup', onUp);
  };
}

function pointOf(stage: HTMLElement, { clientX, clientY }: PointerEvent): Point {
  const { left, top, width, height } = stage.getBoundingClientRect();
  const scale = stageSize / Math.min(width, height);
  return {
    x: (clientX - left - (width - stageSize / scale) / 2) * scale,
    y: (clientY - top - (height - stageSize / scale) / 2) * scale,
  };
}

function drawLine(stage: HTMLElement, start?: Point, end?: Point): void {
  const line = stage.querySelector('.parting');
  if (start === undefined || end === undefined) {
    line?.setAttribute('visibility', 'hidden');
    return;
  }
  line?.setAttribute('visibility', 'visible');
  for (const [name, value] of Object.entries({ x1: start.x, y1: start.y, x2: end.x, y2: end.y })) {
    line?.setAttribute(name, value.toFixed(1));
  }
}
