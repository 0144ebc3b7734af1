// Where edges run once nodes have been moved. Points are [x, y] in the drawing's own units.

const add = (a, b) => [a[0] + b[0], a[1] + b[1]];
const mix = (a, b, t) => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];

// The point at t on a cubic Bézier curve.
function along(points, t) {
  const [a, b, c, d] = points;
  const u = 1 - t;
  const weigh = (i) => u * u * u * a[i] + 3 * u * u * t * b[i] + 3 * u * t * t * c[i] + t * t * t * d[i];
  return [weigh(0), weigh(1)];
}

// Where the ray from the middle of a box towards a point leaves the box.
function border(box, towards) {
  const dx = towards[0] - box.x;
  const dy = towards[1] - box.y;
  const reach = Math.min(
    box.width / 2 / Math.max(Math.abs(dx), 0.01),
    box.height / 2 / Math.max(Math.abs(dy), 0.01),
    1
  );
  return [box.x + dx * reach, box.y + dy * reach];
}

// A gently bent curve from border to border.
function fresh(from, to) {
  const start = border(from, [to.x, to.y]);
  const end = border(to, [from.x, from.y]);
  const bend = [(end[1] - start[1]) * 0.12, (start[0] - end[0]) * 0.12];
  return [start, add(mix(start, end, 0.33), bend), add(mix(start, end, 0.67), bend), end];
}

// The laid-out curve, carried along by its ends; the further they went, the more it is a fresh one.
function carried(points, from, to, shifts) {
  const [a, b] = shifts;
  const far = Math.min(1, (Math.hypot(...a) + Math.hypot(...b)) / 90);
  if (far === 0) return points;
  const moved = [add(points[0], a), add(points[1], a), add(points[2], b), add(points[3], b)];
  const anew = fresh(from, to);
  return moved.map((point, i) => mix(point, anew[i], far));
}

// SVG path data of a curve; `short` cuts the end so that an arrow head has room.
function path(points) {
  const [a, b, c, d] = points.map((p) => `${p[0].toFixed(1)},${p[1].toFixed(1)}`);
  return `M${a}C${b} ${c} ${d}`;
}

// The head of an arrow: a small triangle at the end of a curve.
function head(points, size) {
  const end = points[3];
  const before = along(points, 0.93);
  const length = Math.max(0.01, Math.hypot(end[0] - before[0], end[1] - before[1]));
  const ux = (end[0] - before[0]) / length;
  const uy = (end[1] - before[1]) / length;
  const back = [end[0] - ux * size, end[1] - uy * size];
  const half = size * 0.46;
  const corners = [end, [back[0] - uy * half, back[1] + ux * half], [back[0] + uy * half, back[1] - ux * half]];
  return corners.map((p) => `${p[0].toFixed(1)},${p[1].toFixed(1)}`).join(" ");
}
