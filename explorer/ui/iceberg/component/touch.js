// Pointer and keyboard. A press that stays is a choice; one that wanders moves the node.

const WANDER = 5; // pixels

Iceberg.prototype.listen = function () {
  const svg = this.svg;
  svg.addEventListener("pointerdown", (event) => this.press(event));
  svg.addEventListener("pointermove", (event) => this.wander(event));
  svg.addEventListener("pointerup", (event) => this.lift(event));
  svg.addEventListener("pointercancel", () => this.letGo());
  svg.addEventListener("pointerleave", () => this.dragging || this.hint(null));
  svg.addEventListener("focusin", (event) => this.hint(event.target.getAttribute("data-id")));
  svg.addEventListener("focusout", () => this.hint(null));
  svg.addEventListener("keydown", (event) => this.key(event));
};

// What lies under a point: the scissors, then nodes, then edges.
Iceberg.prototype.under = function (event) {
  const found = this.root.elementsFromPoint(event.clientX, event.clientY);
  if (found.some((element) => this.scissors.contains(element))) return "scissors";
  const hits = found.filter((element) => element.dataset && element.dataset.kind);
  const hit = hits.find((element) => element.dataset.kind === "node") || hits[0];
  return hit ? hit.dataset.id : null;
};

Iceberg.prototype.press = function (event) {
  if (event.button) return;
  const id = this.under(event);
  this.pressed = { id, x: event.clientX, y: event.clientY, pointer: event.pointerId };
  const it = this.byId.get(id);
  if (it && !it.source) {
    event.preventDefault(); // no text is selected while a node is moved
    this.pressed.start = this.shift(it);
    this.svg.setPointerCapture(event.pointerId);
    this.hits.get(id).focus({ preventScroll: true, focusVisible: false });
  }
};

Iceberg.prototype.wander = function (event) {
  const pressed = this.pressed;
  if (!pressed) {
    if (event.pointerType !== "touch") this.hint(this.byId.has(this.under(event)) ? this.under(event) : null);
    return;
  }
  if (!pressed.start) return;
  const scale = this.view.width / this.frame.clientWidth;
  const [dx, dy] = [event.clientX - pressed.x, event.clientY - pressed.y];
  if (!this.dragging && Math.hypot(dx, dy) < WANDER) return;
  if (!this.dragging) {
    this.dragging = true;
    this.hint(null);
    this.frame.classList.add("dragging");
  }
  this.move(this.byId.get(pressed.id), pressed.start[0] + dx * scale, pressed.start[1] + dy * scale);
};

// Words stay above the water, concepts below it, all of them in the picture.
Iceberg.prototype.move = function (node, dx, dy) {
  const { width, height, waterline } = this.view;
  const [halfWide, halfTall] = [node.width / 2 + 4, node.height / 2 + 4];
  const [top, bottom] = node.token ? [halfTall, waterline - halfTall] : [waterline + halfTall, height - halfTall];
  const x = Math.max(halfWide, Math.min(width - halfWide, node.x + dx));
  const y = Math.max(top, Math.min(bottom, node.y + dy));
  this.moved.set(node.id, [x - node.x, y - node.y]);
  this.settle();
};

Iceberg.prototype.lift = function (event) {
  const pressed = this.pressed;
  const dragged = this.dragging;
  this.letGo();
  if (!pressed || dragged || Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > 12) return;
  if (pressed.id === "scissors") this.cut(this.chosen);
  else if (pressed.id || this.chosen) this.choose(pressed.id);
};

Iceberg.prototype.letGo = function () {
  this.pressed = null;
  this.dragging = false;
  this.frame.classList.remove("dragging");
};

Iceberg.prototype.key = function (event) {
  const id = event.target.getAttribute("data-id");
  const arrows = { ArrowLeft: [-12, 0], ArrowRight: [12, 0], ArrowUp: [0, -12], ArrowDown: [0, 12] };
  const it = this.byId.get(id);
  if (event.key === "Enter" || event.key === " ") this.choose(id);
  else if (event.key === "Delete" || event.key === "Backspace" || event.key === "x") this.cut(id);
  else if (event.key === "Escape") this.chosen && this.choose(null);
  else if (event.shiftKey && arrows[event.key] && it && !it.source) {
    const [x, y] = this.shift(it);
    this.move(it, x + arrows[event.key][0], y + arrows[event.key][1]);
  } else return;
  event.preventDefault();
  event.stopPropagation();
};
