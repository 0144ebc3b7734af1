// One iceberg on the page: draws what Python sent, moves nodes, and tells Python what was chosen or cut.

const REMEMBERED = new Map(); // memory key → node id → [dx, dy]; lives as long as the tab
const MOUNTED = new WeakMap(); // the element on the page → its iceberg
const GLIDE = 320; // milliseconds
const pick = ({ width, height }) => ({ width, height });
let made = 0;

class Iceberg {
  constructor(root) {
    this.root = root;
    this.name = `ice${(made += 1)}`;
    this.frame = document.createElement("div");
    this.frame.className = "frame";
    root.appendChild(this.frame);
    this.tip = document.createElement("div");
    this.tip.className = "hint";
    this.tip.setAttribute("aria-hidden", "true");
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.frame);
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
  }

  take(data, tell) {
    const before = this.places();
    this.data = { ...data, views: data.views.map(prepared) };
    this.tell = tell;
    this.chosen = data.chosen;
    this.draw();
    this.glide(before);
  }

  // The widest drawing that need not shrink much; letters must stay legible.
  fitting() {
    const room = this.frame.clientWidth * 1.12;
    const { views } = this.data;
    return room ? views.find((view) => view.width <= room) || views[views.length - 1] : views[0];
  }

  resized() {
    if (this.data && this.frame.clientWidth && this.fitting() !== this.view) this.draw();
  }

  // Where nodes stand now, so that the next drawing can set out from there.
  places() {
    const found = new Map();
    if (this.view) for (const node of this.view.nodes) found.set(node.id, this.at(node));
    return found;
  }

  shift(node) {
    return this.moved.get(node.id) || [0, 0];
  }

  at(node) {
    const [dx, dy] = this.shift(node);
    return { x: node.x + dx, y: node.y + dy, width: node.width, height: node.height };
  }

  draw() {
    const view = (this.view = this.fitting());
    const memory = `${this.data.memory}|${view.width}`;
    if (!REMEMBERED.has(memory)) REMEMBERED.set(memory, new Map());
    this.moved = REMEMBERED.get(memory);
    this.byId = new Map([...view.nodes, ...view.edges].map((it) => [it.id, it]));
    const focused = this.root.activeElement && this.root.activeElement.getAttribute("data-id");
    this.frame.className = `frame ${this.data.theme}`;
    const svg = make("svg", { viewBox: `0 0 ${view.width} ${view.height}`, role: "group", "aria-label": this.data.words.drawing });
    backdrop(svg, view, this.name);
    bands(svg, view);
    const edges = make("g", { "aria-hidden": "true" }, svg);
    const labels = make("g", { "aria-hidden": "true" }, svg);
    const nodes = make("g", { "aria-hidden": "true" }, svg);
    this.drawn = new Map();
    const shown = view.edges.map((edge) => [edge, manner(edge, this.chosen)]);
    for (const kind of PAINTED) {
      for (const [edge, how] of shown) if (how === kind) this.drawn.set(edge.id, drawEdge(edges, labels, edge, how));
    }
    const marked = new Set(this.data.marked || []);
    for (const node of view.nodes) this.drawn.set(node.id, drawNode(nodes, node, marked.has(node.id)));
    this.hits = drawHits(make("g", {}, svg), view, this.data.says);
    this.scissors = this.drawScissors(svg);
    this.frame.replaceChildren(svg, this.tip);
    this.svg = svg;
    for (const { group, node, label, edge } of this.drawn.values()) {
      if (node && !node.token) fit(group, node.width);
      if (label) fit(label, edge.labelBox.width);
    }
    this.listen();
    this.settle();
    this.showChosen();
    if (focused && this.hits.has(focused)) this.hits.get(focused).focus({ preventScroll: true });
  }

  drawScissors(svg) {
    const group = make("g", { class: "scissors", role: "button", tabindex: -1, "aria-label": this.data.words.cut }, svg);
    make("circle", { r: 22, class: "reach" }, group);
    make("circle", { r: 15, class: "disc" }, group);
    make("path", { d: "M-5.6,3.6 L5.5,-6 M-5.6,-3.6 L5.5,6", class: "blades" }, group);
    make("circle", { cx: -7, cy: 4.6, r: 2.5, class: "ring" }, group);
    make("circle", { cx: -7, cy: -4.6, r: 2.5, class: "ring" }, group);
    return group;
  }

  // Put every element where it belongs; `from` and `share` lie on the way from an earlier drawing.
  settle(from, share = 1) {
    const at = (node) => {
      const place = this.at(node);
      const start = from && from.get(node.id);
      if (!start || share >= 1) return place;
      return { ...place, x: start.x + (place.x - start.x) * share, y: start.y + (place.y - start.y) * share };
    };
    for (const node of this.view.nodes) {
      const { x, y, width, height } = at(node);
      this.drawn.get(node.id).group.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)})`);
      const hit = this.hits.get(node.id);
      const tall = Math.max(height, 44);
      const wide = Math.max(width, 44);
      for (const [key, value] of Object.entries({ x: x - wide / 2, y: y - tall / 2, width: wide, height: tall, rx: 12 })) {
        hit.setAttribute(key, value);
      }
    }
    for (const edge of this.view.edges) {
      const [from, to] = [at(this.byId.get(edge.source)), at(this.byId.get(edge.target))];
      const [a, b] = [this.byId.get(edge.source), this.byId.get(edge.target)];
      const shifts = [[from.x - a.x, from.y - a.y], [to.x - b.x, to.y - b.y]];
      this.lay(edge, carried(edge.points, from, to, shifts));
    }
  }

  lay(edge, points) {
    const drawn = this.drawn.get(edge.id);
    const data = path(points);
    for (const curve of drawn.curves) curve.setAttribute("d", data);
    if (drawn.head) drawn.head.setAttribute("points", head(points, drawn.how === "lit" ? 12 : 9));
    this.hits.get(edge.id).setAttribute("d", data);
    drawn.points = points;
    const before = along(edge.points, 0.5);
    const middle = along(points, 0.5);
    if (drawn.label) {
      const x = edge.labelBox.x + middle[0] - before[0];
      const y = edge.labelBox.y + middle[1] - before[1];
      drawn.label.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)})`);
      drawn.labelAt = [x, y];
    }
    if (edge.id === this.chosen) this.placeScissors(edge);
  }

  // Beside the label, where least else is covered.
  placeScissors(edge) {
    const drawn = this.drawn.get(edge.id);
    const [x, y] = drawn.labelAt || along(drawn.points, 0.5);
    const [wide, tall] = edge.labelBox ? [edge.labelBox.width / 2 + 21, edge.labelBox.height / 2 + 20] : [0, 0];
    const places = [[x - wide, y], [x + wide, y], [x, y - tall], [x, y + tall]];
    const others = [];
    for (const other of this.drawn.values()) {
      if (other.node) others.push(this.at(other.node));
      else if (other.labelAt && other !== drawn) {
        others.push({ x: other.labelAt[0], y: other.labelAt[1], ...pick(other.edge.labelBox) });
      }
    }
    const covered = ([px, py]) =>
      others.filter((o) => Math.abs(o.x - px) < o.width / 2 + 15 && Math.abs(o.y - py) < o.height / 2 + 15).length +
      (px < 18 || px > this.view.width - 18 ? 2 : 0);
    const best = places.reduce((a, b) => (covered(b) < covered(a) ? b : a));
    this.scissors.setAttribute("transform", `translate(${best[0].toFixed(1)},${best[1].toFixed(1)})`);
  }

  // From where things stood to where they stand now, in a third of a second.
  glide(before) {
    cancelAnimationFrame(this.frameRequest);
    const same = this.view.nodes.every((node) => {
      const start = before.get(node.id);
      const end = this.at(node);
      return !start || (Math.abs(start.x - end.x) < 1 && Math.abs(start.y - end.y) < 1);
    });
    if (same || this.still.matches || !before.size) return;
    const began = performance.now();
    const step = (now) => {
      const t = Math.min(1, (now - began) / GLIDE);
      this.settle(before, 1 - (1 - t) ** 3);
      if (t < 1) this.frameRequest = requestAnimationFrame(step);
    };
    this.settle(before, 0);
    this.frameRequest = requestAnimationFrame(step);
  }

  showChosen() {
    const edge = this.byId.get(this.chosen);
    for (const [id, hit] of this.hits) hit.setAttribute("aria-pressed", id === this.chosen);
    for (const [id, { group, label }] of this.drawn) {
      group.classList.toggle("chosen", id === this.chosen);
      if (label) label.classList.toggle("chosen", id === this.chosen);
    }
    const cuttable = edge && edge.step;
    this.scissors.style.display = cuttable ? "" : "none";
    if (cuttable) {
      this.placeScissors(edge);
      this.scissors.setAttribute("aria-label", edge.cut ? this.data.words.restore : this.data.words.cut);
      this.scissors.classList.toggle("mends", Boolean(edge.cut));
    }
  }

  choose(id) {
    const it = id ? this.byId.get(id) : null;
    this.chosen = it && this.chosen !== id ? id : null;
    this.draw();
    this.tell(this.chosen && this.byId.get(id).source ? { edge: this.chosen } : { choose: this.chosen });
  }

  cut(id) {
    const edge = this.byId.get(id);
    if (edge && edge.step) this.tell(edge.cut ? { restore: edge.step } : { cut: edge.step });
  }

  hint(id) {
    for (const [other, { group, label }] of this.drawn) {
      group.classList.toggle("near", other === id);
      if (label) label.classList.toggle("near", other === id);
    }
    const said = id && this.data.says[id];
    this.tip.classList.toggle("shown", Boolean(said) && !this.dragging);
    if (!said) return;
    const lines = [said.title, ...said.notes].map((text, i) => {
      const line = document.createElement(i ? "div" : "b");
      line.textContent = text;
      return line;
    });
    this.tip.replaceChildren(...lines);
    const drawn = this.drawn.get(id);
    const it = this.byId.get(id);
    const place = drawn.node ? this.at(it) : { x: along(drawn.points, 0.5)[0], y: (drawn.labelAt || along(drawn.points, 0.5))[1], height: 26 };
    const scale = this.frame.clientWidth / this.view.width;
    const half = Math.min(this.tip.offsetWidth / 2, this.frame.clientWidth / 2 - 6);
    const x = Math.max(half + 6, Math.min(this.frame.clientWidth - half - 6, place.x * scale));
    const lies = place.y - place.height / 2 < this.tip.offsetHeight / scale + 16;
    const y = (place.y + ((lies ? 1 : -1) * place.height) / 2) * scale + (lies ? 10 : -10);
    this.tip.style.left = `${x}px`;
    this.tip.style.top = `${y}px`;
    this.tip.classList.toggle("under", lies);
  }

  destroy() {
    this.observer.disconnect();
    cancelAnimationFrame(this.frameRequest);
    MOUNTED.delete(this.root);
    this.frame.remove();
  }
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let iceberg = MOUNTED.get(parentElement);
  if (!iceberg) MOUNTED.set(parentElement, (iceberg = new Iceberg(parentElement)));
  iceberg.take(data, (event) => setTriggerValue("event", event));
  return () => MOUNTED.get(parentElement)?.destroy();
}
