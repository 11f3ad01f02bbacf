// The review widget. The kernel keeps all state; this module shows the item in view and tells what a person does.
// Text from forms becomes text nodes and attribute values only, never markup.

const ROW = 48; // height of a row of the queue, CSS pixels, as in widget.css
const CROPS_KEPT = 24;
const PAGES_KEPT = 6;
const PATIENCE = 5000; // milliseconds that the kernel may be silent

const ANSWERED = ["group", "accept", "skip", "undo", "correct", "next", "previous", "pending", "go"]; // the kernel always answers

// Keys outside of fields: what they do, and how the help names them. Letters in both cases. JupyterLab may have keys
// of its own for them, by their names.
const COMMANDS = [
  { name: "accept", keys: ["Enter"], run: (w) => w.answer("accept"), label: "接受：机器读对了", hint: "接受", shown: "Enter" },
  { name: "edit", keys: ["e", "F2"], run: (w) => w.edit(), label: "改正：编辑所问的值；直接输入数字也可", hint: "改正", shown: "E" },
  { name: "skip", keys: ["s"], run: (w) => w.answer("skip"), label: "跳过，以后再看", hint: "跳过", shown: "S" },
  { name: "undo", keys: ["u", "Ctrl+z"], run: (w) => w.tell("undo"), label: "撤销上一次修改", hint: "撤销", shown: "U" },
  { name: "next", keys: ["j", "ArrowDown", "ArrowRight"], run: (w) => w.tell("next"), label: "下一个", hint: "下一个", shown: "J" },
  { name: "previous", keys: ["k", "ArrowUp", "ArrowLeft"], run: (w) => w.tell("previous"), label: "上一个", hint: "上一个", shown: "K" },
  { name: "pending", keys: ["n"], run: (w) => w.tell("pending"), label: "下一个尚未复核的", shown: "N" },
  { name: "reason", keys: ["r"], run: (w) => w.giveReason(), label: "注明改正的原因", shown: "R" },
  { name: "structure", keys: ["m"], run: (w) => w.openMenu(), label: "改正结构：不是一行、漏了一行、值在别的列、两行是一行", hint: "结构", shown: "M" },
  { name: "page", keys: ["p"], run: (w) => w.togglePage(), label: "整页放大 / 还原", hint: "整页", shown: "P" },
  { name: "zoom-in", keys: ["+", "="], run: (w) => w.page.zoom(1.25), label: "放大整页（滚轮亦可）", shown: "+" },
  { name: "zoom-out", keys: ["-"], run: (w) => w.page.zoom(0.8), label: "缩小整页", shown: "−" },
  { name: "fit", keys: ["0"], alt: true, run: (w) => w.page.fit(), label: "整页适合窗口", shown: "Alt+0" },
  { name: "help", keys: ["?", "？"], run: (w) => w.openHelp(), label: "这份说明", hint: "帮助", shown: "?" },
];
const EDITING = [
  ["Enter", "保存修改；若是所问的值，进到下一个"],
  ["Tab", "保存并到本行的下一个字段"],
  ["Esc", "放弃修改"],
];

function make(tag, attributes = {}, ...children) {
  const svg = ["svg", "rect", "title"].includes(tag);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, READ.includes(name) ? visible(value) : value);
  }
  element.append(...present(children).map((child) => (child instanceof Node ? child : visible(child))));
  return element;
}

// What is not seen, or turns the order of writing around, as a sign that is seen: as visible.py has it. What is edited stays as it is.
const UNSEEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;
const READ = ["title", "aria-label"];
const visible = (text) => String(text).replace(UNSEEN, (character) => {
  const code = character.codePointAt(0);
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return code === 0x7f ? "␡" : `‹U+${code.toString(16).toUpperCase().padStart(4, "0")}›`;
});

const present = (children) => children.filter((child) => child !== null && child !== undefined);

class Cache extends Map {
  constructor(most, drop) {
    super();
    this.most = most;
    this.drop = drop;
  }
  keep(key, value) {
    if (this.has(key)) this.drop(this.get(key));
    this.delete(key);
    this.set(key, value);
    for (const [old, dropped] of this) {
      if (this.size <= this.most) break;
      this.delete(old);
      this.drop(dropped);
    }
  }
}

const picture = (buffer, type) => URL.createObjectURL(new Blob([buffer], { type }));

// Width of a piece of the scan: as high as there is room, but not so small that it cannot be read, nor blown up.
const room = () => Math.min(320, Math.max(150, 0.26 * window.innerHeight));
const fitting = ({ width, height }) => Math.min(1.5 * width, Math.max(0.55 * width, ((room() - 20) * width) / height));

// The queue: only the rows in view exist, and their content comes from the kernel as they come into view.
class Queue {
  constructor(ask, choose) {
    this.ask = ask;
    this.rows = new Map();
    this.asked = new Set();
    this.total = 0;
    this.current = -1;
    this.space = make("div", { class: "wbr-space" });
    this.node = make("div", { class: "wbr-queue", role: "listbox", tabindex: "0", "aria-label": "待复核", scroll: () => this.draw() }, this.space);
    this.space.addEventListener("click", (event) => {
      const row = event.target.closest("[data-index]");
      if (row) choose(Number(row.dataset.index));
    });
  }
  reset(total) {
    this.total = total;
    this.rows.clear();
    this.asked.clear();
    this.space.style.height = `${total * ROW}px`;
    this.draw();
  }
  fill(start, rows) {
    rows.forEach((row, offset) => this.rows.set(start + offset, row));
    this.draw();
  }
  forget(indices) {
    for (const index of indices) this.rows.delete(index);
    this.asked.clear();
    this.draw();
  }
  select(index) {
    if (index === this.current) return;
    this.current = index;
    const top = index * ROW, height = this.node.clientHeight;
    if (top < this.node.scrollTop + ROW) this.node.scrollTop = Math.max(0, top - ROW);
    else if (top + 2 * ROW > this.node.scrollTop + height) this.node.scrollTop = top + 2 * ROW - height;
    this.draw();
  }
  draw() {
    const first = Math.max(0, Math.floor(this.node.scrollTop / ROW) - 4);
    const last = Math.min(this.total, first + Math.ceil((this.node.clientHeight || 600) / ROW) + 8);
    const shown = [];
    let from = -1;
    for (let index = first; index < last; index++) {
      const row = this.rows.get(index);
      if (row) shown.push(this.row(index, row));
      else if (from < 0) from = index;
    }
    this.space.replaceChildren(...shown);
    if (from >= 0 && !this.asked.has(from)) {
      this.asked.add(from);
      this.ask(from, last);
    }
  }
  row(index, row) {
    const current = index === this.current;
    return make(
      "div",
      { class: `wbr-row wbr-is-${row.status} wbr-g-${row.group}`, role: "option", "aria-selected": String(current), "data-index": index, style: `top:${index * ROW}px`, title: row.message },
      make("span", { class: "wbr-row-what" }, make("b", {}, row.field), make("span", { class: "wbr-row-text" }, row.text)),
      make("span", { class: "wbr-row-where", title: row.source }, `${row.where} · ${row.source.split("/").pop()}`),
      make("span", { class: "wbr-row-mark", title: row.mark_title }, row.mark),
    );
  }
}

// The whole page with its cells over it: wheel and keys zoom, dragging pans, a click on a cell goes to its value.
class PageView {
  constructor(choose) {
    this.image = make("img", { alt: "", draggable: "false" });
    this.cells = make("svg", { class: "wbr-cells", preserveAspectRatio: "none" });
    this.sheet = make("div", { class: "wbr-sheet" }, this.image, this.cells);
    this.message = make("p", { class: "wbr-no-picture" });
    this.view = make("div", { class: "wbr-view" }, this.sheet, this.message);
    this.label = make("span", { class: "wbr-page-label" });
    const button = (label, title, run) => make("button", { type: "button", title, click: run }, label);
    this.node = make("section", { class: "wbr-page", "aria-label": "整页" },
      make("div", { class: "wbr-page-bar" }, this.label, button("−", "缩小（-）", () => this.zoom(0.8)),
        button("+", "放大（+）", () => this.zoom(1.25)), button("适合", "适合窗口（Alt+0）", () => this.fit())),
      this.view);
    this.scale = 1; this.x = 0; this.y = 0; this.width = 0; this.height = 0;
    this.view.addEventListener("wheel", (event) => {
      event.preventDefault();
      const frame = this.view.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY / 400), event.clientX - frame.left, event.clientY - frame.top);
    }, { passive: false });
    this.view.addEventListener("pointerdown", (event) => this.drag(event));
    this.cells.addEventListener("click", (event) => {
      const cell = event.target.closest("[data-place]");
      if (cell && !this.moved) choose(JSON.parse(cell.dataset.place));
    });
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.view);
  }
  drag(start) {
    let { clientX, clientY } = start;
    this.moved = false;
    const move = (event) => {
      if (!this.moved && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < 4) return;
      this.moved = true;
      this.x += event.clientX - clientX; this.y += event.clientY - clientY;
      ({ clientX, clientY } = event);
      this.place();
    };
    const stop = () => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", stop);
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", stop);
  }
  show(page, picture) {
    this.label.textContent = visible(page.label);
    this.message.textContent = visible(page.problem || "");
    this.sheet.hidden = !picture;
    if (!picture) { this.key = ""; return; }
    if (this.key !== page.key) {
      this.key = page.key; this.width = picture.width; this.height = picture.height;
      this.image.src = picture.url;
      this.cells.setAttribute("viewBox", `0 0 ${picture.width} ${picture.height}`);
      this.cells.replaceChildren(...picture.cells.map((cell) => {
        const [x, y, right, bottom] = cell.box;
        const attributes = { x, y, width: right - x, height: bottom - y, "data-place": cell.place && JSON.stringify(cell.place) };
        return make("rect", { ...attributes, class: `wbr-cell wbr-c-${cell.look}` }, cell.title ? make("title", {}, cell.title) : null);
      }));
      this.fit();
    }
    [...this.cells.children].forEach((cell, number) => cell.classList.toggle("wbr-marked", page.marks.includes(number)));
    const boxes = page.marks.map((number) => picture.cells[number].box);
    this.focus = boxes.length ? [0, 1, 2, 3].map((side) => Math[side < 2 ? "min" : "max"](...boxes.map((box) => box[side]))) : null;
    this.reveal();
  }
  fit() {
    if (!this.width || !this.view.clientWidth) return;
    this.scale = this.view.clientWidth / this.width;
    this.x = 0; this.y = 0;
    this.reveal();
  }
  reveal() {
    // Bring the cell into the middle where it is not in view, without leaving the page.
    if (this.focus) {
      const [x, y, right, bottom] = this.focus, { clientWidth, clientHeight } = this.view;
      const left = x * this.scale + this.x, top = y * this.scale + this.y;
      if (top < 0 || bottom * this.scale + this.y > clientHeight) this.y = clientHeight / 2 - ((y + bottom) / 2) * this.scale;
      if (left < 0 || right * this.scale + this.x > clientWidth) this.x = clientWidth / 2 - ((x + right) / 2) * this.scale;
      if (this.scale * this.width <= clientWidth + 1) this.x = 0;
      this.y = Math.min(0, Math.max(this.y, Math.min(0, clientHeight - this.height * this.scale)));
    }
    this.place();
  }
  zoom(factor, x = this.view.clientWidth / 2, y = this.view.clientHeight / 2) {
    if (!this.width) return;
    const scale = Math.min(6, Math.max(0.05, this.scale * factor)), ratio = scale / this.scale;
    this.x = x - (x - this.x) * ratio; this.y = y - (y - this.y) * ratio; this.scale = scale;
    this.place();
  }
  place() {
    this.sheet.style.width = `${this.width}px`;
    this.sheet.style.height = `${this.height}px`;
    this.sheet.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
  }
}

// A text as a field holds it: one that fields keep otherwise is not edited yet.
const kept = (input, text) => (input.tagName === "INPUT" ? text.replace(/[\r\n]/g, "") : text.replace(/\r\n?/g, "\n"));

// The row as the machine read it: one field for each value, edited in place.
class Record {
  constructor(tell) {
    this.tell = tell;
    this.fields = new Map();
    this.node = make("div", { class: "wbr-record" });
  }
  show(item) {
    const keys = [item.form_id, ...item.record.map((value) => value.key)].join("\n");
    this.form = item.form_id;
    if (keys !== this.keys) {
      this.keys = keys;
      this.fields.clear();
      this.node.replaceChildren(...item.record.map((value) => this.field(value)));
    }
    for (const value of item.record) this.update(value, item.asked);
  }
  field(value) {
    const send = (what, extra = {}) => this.tell(what, { form_id: this.form, place: value.place, text: input.value, ...extra });
    const input = make(value.long ? "textarea" : "input", {
      rows: value.long ? Math.min(5, Math.max(1, Math.ceil(value.text.length / (3 * value.span)))) : undefined,
      "aria-label": value.label, autocomplete: "off", spellcheck: "false",
      input: () => { this.mark(value.key); send("preview"); },
      blur: () => { if (this.dirty(value.key)) send("correct", { stay: true }); },
    });
    const field = {
      input, node: null, saved: "",
      was: make("span", { class: "wbr-was" }),
      refusal: make("span", { class: "wbr-refusal", role: "alert" }),
      sure: make("span", { class: "wbr-sure", title: "机器的把握" }),
      commit: (stay) => { if (this.dirty(value.key)) { field.sent = input.value; send("correct", { stay }); return true; } return false; },
    };
    field.node = make("label", { class: "wbr-field", style: `--span:${value.span}`, "data-key": value.key },
      make("span", { class: "wbr-field-label" }, value.label, field.sure), input, field.was, field.refusal);
    this.fields.set(value.key, field);
    return field.node;
  }
  update(value, asked) {
    const field = this.fields.get(value.key);
    const untouched = field.input.value === field.saved || field.sent === field.input.value || field.input !== document.activeElement;
    field.saved = kept(field.input, value.text);
    field.sent = undefined;
    if (untouched) { field.input.value = field.saved; field.refusal.textContent = ""; }
    field.was.textContent = visible(value.note);
    field.sure.textContent = visible(value.sure);
    field.node.classList.toggle("wbr-asked", value.key === asked);
    field.node.classList.toggle("wbr-corrected", value.corrected);
    field.node.classList.toggle("wbr-doubtful", value.doubtful);
    this.mark(value.key);
  }
  mark(key) {
    this.fields.get(key).node.classList.toggle("wbr-dirty", this.dirty(key));
  }
  dirty(key) {
    const field = this.fields.get(key);
    return Boolean(field) && field.input.value !== field.saved && field.input.value !== field.sent;
  }
  refuse(key, text, refusal) {
    const field = this.fields.get(key);
    if (!field || field.input.value !== text) return;
    if (refusal) field.sent = undefined; // an answer to what was typed before: the correction is on its way
    field.refusal.textContent = visible(refusal);
    field.node.classList.toggle("wbr-refused", Boolean(refusal));
  }
  edit(key, text) {
    const field = this.fields.get(key);
    if (!field) return;
    field.input.focus({ preventScroll: true });
    field.node.scrollIntoView({ block: "nearest" });
    if (text === undefined) field.input.select();
    else { field.input.value = text; field.input.dispatchEvent(new Event("input")); }
  }
  cancel(input) {
    for (const [key, field] of this.fields) {
      if (field.input !== input) continue;
      input.value = field.saved;
      this.refuse(key, field.saved, "");
      this.mark(key);
      this.tell("preview", { form_id: this.form, place: null, text: "" });
    }
  }
  of(input) {
    return [...this.fields.values()].find((field) => field.input === input);
  }
}

class Review {
  constructor(model, el, lab = null) {
    this.model = model;
    this.lab = lab;
    this.crops = new Cache(CROPS_KEPT, (pieces) => pieces.forEach((piece) => URL.revokeObjectURL(piece.url)));
    this.pages = new Cache(PAGES_KEPT, (page) => URL.revokeObjectURL(page.url));
    this.queue = new Queue((start, stop) => this.tell("rows", { start, stop }), (index) => this.tell("go", { index }));
    this.page = new PageView((place) => this.tell("focus", { place }));
    this.record = new Record((what, content) => this.tell(what, content));
    this.build();
    this.receive = this.receive.bind(this);
    model.on("msg:custom", this.receive);
    lab?.attach((name) => COMMANDS.find((command) => command.name === name)?.run(this));
    el.append(this.root);
    this.tell("open");
  }
  build() {
    const part = (name, tag = "div") => (this[name] = make(tag, { class: `wbr-${name}` }));
    const main = this.main = make("section", { class: "wbr-main" }, part("title"), part("findings", "ul"), part("crop"), this.record.node, part("sums"), part("addends"));
    const hints = COMMANDS.filter((command) => command.hint).map((command) =>
      make("button", { type: "button", title: command.label, tabindex: "-1", mousedown: (event) => event.preventDefault(), click: () => { command.run(this); this.root.focus({ preventScroll: true }); } },
        make("kbd", {}, command.shown), command.hint));
    this.notice = make("span", { class: "wbr-notice", role: "status" });
    this.overlay = make("div", { class: "wbr-overlay", hidden: "", click: (event) => { if (event.target === this.overlay) this.closeOverlay(); } });
    this.root = make("div", { class: "wbr", tabindex: "0", "data-lm-suppress-shortcuts": "true", lang: "zh-CN", keydown: (event) => this.key(event), focusin: () => this.listen(), focusout: () => this.listen() },
      part("head"), part("notices"), make("div", { class: "wbr-body" }, this.queue.node, main, this.page.node),
      make("div", { class: "wbr-foot" }, ...hints, this.notice), this.overlay);
  }
  // The keys are JupyterLab's while nobody types and no dialog is open.
  listen() {
    const free = Boolean(this.lab) && this.overlay.hidden && !(this.root.contains(document.activeElement) && document.activeElement.matches("input, textarea"));
    this.root.classList.toggle("wbr-keys", free);
    this.root.toggleAttribute("data-lm-suppress-shortcuts", !free);
  }
  close() {
    clearTimeout(this.silence);
    this.model.off("msg:custom", this.receive);
    this.page.observer.disconnect();
    this.crops.forEach((pieces) => this.crops.drop(pieces));
    this.pages.forEach((page) => this.pages.drop(page));
    this.root.remove();
  }
  tell(what, content = {}) {
    this.model.send({ do: what, ...content });
    if (ANSWERED.includes(what)) this.silence ??= setTimeout(() => this.say(this.lab?.silent ?? "内核没有应答。已保存的都在；内核重启后重新运行本单元格即可继续", "error"), PATIENCE);
  }
  answer(what) {
    if (this.item) this.tell(what, { seen: this.item.key });
  }
  receive(message, buffers = []) {
    const { kind } = message;
    clearTimeout(this.silence);
    this.silence = null;
    if (kind === "state") this.showState(message);
    else if (kind === "rows") this.queue.fill(message.start, message.rows);
    else if (kind === "item") this.showItem(message);
    else if (kind === "preview") { this.record.refuse(message.key, message.text, message.refusal); this.showSums(message.sums); }
    else if (kind === "refused") { this.leaving = false; this.record.refuse(message.key, message.text, message.refusal); }
    else if (kind === "done") this.closeOverlay();
    else if (kind === "notice") this.say(message.text, message.level);
    else if (kind === "crop") {
      this.crops.keep(message.key, message.pieces.map((piece, number) => ({ ...piece, url: picture(buffers[number], "image/png") })));
      if (this.item && message.key === this.item.key) this.showCrop(message.problem);
    } else if (kind === "page") {
      this.pages.keep(message.key, { ...message, url: picture(buffers[0], "image/jpeg") });
      if (this.item && message.key === this.item.page.key) this.showPage();
    }
  }
  showState(state) {
    const share = (count) => `width:${state.total ? (100 * count) / state.total : 0}%`;
    this.head.replaceChildren(
      make("strong", {}, "复核"),
      make("div", { class: "wbr-progress", role: "progressbar", "aria-valuenow": state.done, "aria-valuemax": state.total, title: state.summary },
        make("span", { class: "wbr-bar-corrected", style: share(state.corrected) }), make("span", { class: "wbr-bar-accepted", style: share(state.done - state.corrected) }),
        make("span", { class: "wbr-bar-skipped", style: share(state.skipped) })),
      make("span", { class: "wbr-count" }, `${state.done} / ${state.total}`),
      ...state.groups.map((group) => make("button", { type: "button", tabindex: "-1", class: `wbr-chip wbr-g-${group.name}`, title: `${group.label}：已复核 ${group.done}，共 ${group.count}；点击到第一个未复核的`, click: () => this.tell("group", { name: group.name }) }, `${group.label} ${group.count - group.done}`)),
      make("span", { class: "wbr-by", title: state.by_title }, state.by));
    this.notices.replaceChildren(...state.notices.map((text) => make("p", {}, text)));
    if (state.total !== this.queue.total || state.fresh) this.queue.reset(state.total);
    else this.queue.forget(state.changed);
    if (!state.total) this.title.replaceChildren(make("h3", {}, "没有需要复核的内容"));
  }
  showItem(item) {
    const moved = !this.item || item.key !== this.item.key, first = !this.item;
    this.item = item;
    if (first && !document.activeElement.closest(".jp-mod-editMode, input, textarea")) this.root.focus();
    // Only now that the answer is kept does the keyboard leave its field.
    if ((moved || this.leaving) && this.root.contains(document.activeElement)) this.root.focus({ preventScroll: true });
    this.leaving = false;
    this.root.dataset.index = item.index;
    this.root.dataset.key = item.key;
    this.queue.select(item.index);
    this.title.replaceChildren(...present([
      make("h3", {}, item.title), item.state ? make("span", { class: `wbr-state wbr-is-${item.status}` }, item.state) : null,
      make("span", { class: "wbr-form" }, item.form)]));
    this.findings.replaceChildren(...item.findings.map((finding) =>
      make("li", { class: `wbr-s-${finding.severity}${finding.gone ? " wbr-gone" : ""}` }, finding.message, make("code", {}, finding.code))));
    this.record.show(item);
    this.showSums(item.sums);
    this.addends.replaceChildren(...item.addends.map((addend) =>
      make("button", { type: "button", tabindex: "-1", class: addend.suspect ? "wbr-doubtful" : "", title: addend.title, click: () => this.tell("focus", { place: addend.place }) },
        make("small", {}, addend.label), addend.text)));
    if (moved) {
      this.say("");
      this.main.scrollTop = 0;
      this.showCrop();
      if (item.edit) this.record.edit(item.asked);
    }
    this.showPage();
    if (!moved) return;
    if (!this.crops.has(item.key) && item.has_crop) this.tell("crop");
    if (!this.pages.has(item.page.key) && !item.page.problem) this.tell("page");
    this.tell("prefetch");
  }
  showCrop(problem = "") {
    const pieces = this.crops.get(this.item.key) || [];
    this.crop.style.maxHeight = `${room()}px`;
    this.crop.replaceChildren(
      ...pieces.map((piece) => make("figure", { style: `aspect-ratio:${piece.width}/${piece.height};max-width:${fitting(piece)}px` },
        make("img", { src: piece.url, alt: "扫描件上的这一格" }),
        make("span", { class: "wbr-outline", style: piece.outline }))),
      ...(pieces.length ? [] : [make("p", {}, problem || this.item.no_crop)]));
    const outline = this.crop.querySelector(".wbr-outline");
    if (outline) this.crop.scrollTop = outline.parentNode.offsetTop + outline.offsetTop + outline.offsetHeight / 2 - this.crop.clientHeight / 2;
  }
  showPage() {
    this.page.show(this.item.page, this.pages.get(this.item.page.key));
  }
  showSums(sums) {
    this.sums.replaceChildren(...sums.map((line) =>
      make("div", { class: `wbr-sum wbr-${line.look}` }, make("b", {}, line.label), make("span", { class: "wbr-computed" }, line.computed),
        line.stated ? make("span", { class: "wbr-stated" }, "表中 ", make("strong", {}, line.stated)) : null,
        make("span", { class: "wbr-verdict" }, line.verdict))));
  }
  say(text, level = "info") {
    const refusal = this.overlay.querySelector(".wbr-refusal");
    if (refusal && !this.overlay.hidden) refusal.textContent = visible(text);
    this.notice.textContent = visible(text);
    this.notice.dataset.level = level;
  }
  edit(text) {
    if (this.item) this.record.edit(this.item.asked, text);
  }
  togglePage() {
    this.root.classList.toggle("wbr-wide");
  }
  key(event) {
    if (!this.root.classList.contains("wbr-keys")) event.stopPropagation();
    if (event.isComposing || event.keyCode === 229) return; // an input method is composing: the keys are its own
    const field = this.record.of(event.target);
    const name = (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
    if (name === "Ctrl+s") { event.preventDefault(); this.say("每次修改都已立即写入更正记录"); return; }
    if (!this.overlay.hidden) this.overlayKey(event, name);
    else if (field) this.fieldKey(event, name, field);
    else this.commandKey(event, name);
  }
  fieldKey(event, name, field) {
    const asked = this.record.fields.get(this.item.asked) === field;
    if (name === "Enter") {
      event.preventDefault();
      this.leaving = true;
      if (field.commit(!asked)) return;
      if (asked) this.answer("accept");
      else this.root.focus({ preventScroll: true });
    } else if (name === "Escape") {
      event.preventDefault();
      this.record.cancel(event.target);
      this.root.focus({ preventScroll: true });
    }
  }
  commandKey(event, name) {
    const command = event.altKey ? COMMANDS.find((one) => one.alt && one.keys.includes(name)) : COMMANDS.find((one) => !one.alt && one.keys.includes(name));
    if (command && this.lab) return; // JupyterLab has keys of its own
    if (command) {
      event.preventDefault();
      command.run(this);
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && !/[a-z\s]/i.test(event.key)) {
      event.preventDefault();
      this.edit(event.key);
    }
  }
  openHelp() {
    const rows = [...COMMANDS.map((command) => [command.shown, command.label]), ...EDITING.map(([key, label]) => [key, `编辑时：${label}`])];
    this.openOverlay("键盘", rows.map(([key, label]) => make("div", { class: "wbr-help" }, make("kbd", {}, key), label)), {});
  }
  openMenu() {
    if (!this.item || !this.item.actions.length) return this.say("此处没有可改正的结构", "warning");
    this.choose("改正结构", this.item.actions);
  }
  choose(title, choices) {
    const run = (choice) => {
      if (choice.choices) return this.choose(choice.label, choice.choices);
      if (choice.form) {
        return this.fillIn(choice.label, choice.form, (texts) => this.restructure(choice, { texts }));
      }
      this.restructure(choice);
    };
    const keys = Object.fromEntries(choices.map((choice, number) => [String(number + 1), () => run(choice)]));
    this.openOverlay(title, choices.map((choice, number) =>
      make("button", { type: "button", click: () => run(choice) }, make("kbd", {}, String(number + 1)), choice.label)), keys);
  }
  restructure(choice, content = {}) {
    this.tell("restructure", { form_id: this.item.form_id, action: choice.action, ...choice.content, ...content });
  }
  giveReason() {
    const value = this.item?.record.find((one) => one.key === this.item.asked);
    if (!value || !value.corrected) return this.say("先改正，再注明原因", "warning");
    this.fillIn(`改正的原因：${value.label} ${value.text}`, [{ field: "reason", label: "原因", text: "" }],
      (texts) => this.tell("correct", { form_id: this.item.form_id, place: value.place, text: value.text, reason: texts.reason, stay: true }));
  }
  fillIn(title, form, send) {
    const inputs = form.map((field) => make("input", { value: field.text, "aria-label": field.label, autocomplete: "off" }));
    const save = () => send(Object.fromEntries(form.map((field, number) => [field.field, inputs[number].value])));
    this.openOverlay(title, [...form.map((field, number) => make("label", { class: "wbr-fill" }, make("span", {}, field.label), inputs[number])),
      make("span", { class: "wbr-refusal", role: "alert" }), make("button", { type: "button", click: save }, make("kbd", {}, "Enter"), "保存")], { Enter: save });
    inputs.find((input) => !input.value)?.focus();
  }
  openOverlay(title, content, keys) {
    this.overlayKeys = keys;
    this.overlay.replaceChildren(make("div", { class: "wbr-card", role: "dialog", "aria-label": title }, make("h3", {}, title), ...content,
      make("p", {}, make("kbd", {}, "Esc"), "关闭")));
    this.overlay.hidden = false;
    this.listen();
    this.root.focus({ preventScroll: true });
  }
  overlayKey(event, name) {
    const typing = event.target.matches("input");
    if (typing && !["Enter", "Escape"].includes(name)) return;
    if (name === "Tab") return;
    event.preventDefault();
    const run = this.overlayKeys[name];
    if (run) run();
    else if (["Escape", "?", "？", "q"].includes(name)) this.closeOverlay();
  }
  closeOverlay() {
    this.overlay.hidden = true;
    this.listen();
    this.root.focus({ preventScroll: true });
  }
}

export default {
  // `lab` where keys are commands of JupyterLab: `attach` is given what runs one, `silent` is said where nobody answers.
  // Not called `host`: anywidget passes something of its own by that name.
  render({ model, el, lab }) {
    const review = new Review(model, el, lab);
    return () => review.close();
  },
};
