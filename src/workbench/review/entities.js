// The review of entities. The kernel keeps all state; this module shows the proposal in view and tells what a person decides.
// Text from forms becomes text nodes and attribute values only, never markup.

const PATIENCE = 5000; // milliseconds that the kernel may be silent

// Keys outside of fields: what they do, and how buttons and the help name them. Letters in both cases.
const COMMANDS = [
  { keys: ["Enter"], run: (w) => w.answer(w.item?.relation), label: "接受建议", shown: "Enter" },
  { keys: ["m"], run: (w) => w.answer("same"), label: "是同一个", answer: "same", shown: "M" },
  { keys: ["c"], run: (w) => w.answer("successor"), label: "由后者承接", answer: "successor", shown: "C" },
  { keys: ["x"], run: (w) => w.answer("different"), label: "不是同一个", answer: "different", shown: "X" },
  { keys: ["s"], run: (w) => w.answer("later"), label: "以后再定", answer: "later", shown: "S" },
  { keys: ["u", "Ctrl+z"], run: (w) => w.tell("undo"), label: "撤销上一次决定", shown: "U" },
  { keys: ["j", "ArrowDown", "ArrowRight"], run: (w) => w.tell("next"), label: "下一条", shown: "J" },
  { keys: ["k", "ArrowUp", "ArrowLeft"], run: (w) => w.tell("previous"), label: "上一条", shown: "K" },
  { keys: ["g"], run: (w) => w.source.focus(), label: "写下依据（不写则记下所列的依据）", shown: "G" },
  { keys: ["?", "？"], run: (w) => w.toggleHelp(), label: "这份说明", shown: "?" },
];

// What is not seen, or turns the order of writing around, as a sign that is seen: as visible.py has it.
const UNSEEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;
const visible = (text) => String(text).replace(UNSEEN, (character) => {
  const code = character.codePointAt(0);
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return code === 0x7f ? "␡" : `‹U+${code.toString(16).toUpperCase().padStart(4, "0")}›`;
});

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, ["title", "aria-label"].includes(name) ? visible(value) : value);
  }
  element.append(...children.filter((child) => child !== null).map((child) => (child instanceof Node ? child : visible(child))));
  return element;
}

const button = (command, widget, extra = {}) =>
  make("button", { type: "button", tabindex: "-1", ...extra, click: () => command.run(widget) }, make("kbd", {}, command.shown), command.label);

class EntityReview {
  constructor(model, el) {
    this.model = model;
    this.item = null;
    this.count = make("span", { class: "wbe-count", "aria-live": "polite" });
    this.by = make("span", { class: "wbe-by" });
    this.list = make("ol", { class: "wbe-list", role: "listbox", "aria-label": "建议" });
    this.main = make("div", { class: "wbe-main" });
    this.source = make("input", { class: "wbe-source", placeholder: "依据，例如：2018年机构改革方案（可不写）", "aria-label": "依据", autocomplete: "off" });
    this.buttons = make("div", { class: "wbe-buttons" });
    this.notice = make("p", { class: "wbe-notice", role: "alert" });
    this.help = make("div", { class: "wbe-help", role: "dialog", "aria-label": "键盘", hidden: "" },
      ...COMMANDS.map((command) => make("p", {}, make("kbd", {}, command.shown), command.label)));
    this.root = make("div", { class: "wbe", tabindex: "0", role: "application", "aria-label": "名称核对", keydown: (event) => this.key(event) },
      make("div", { class: "wbe-head" }, make("strong", {}, "名称核对"), this.count, this.by),
      make("div", { class: "wbe-body" }, this.list, make("div", { class: "wbe-side" }, this.main, this.source, this.buttons)),
      this.notice, this.help);
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[data-index]");
      if (row) this.tell("go", { index: Number(row.dataset.index) });
    });
    this.root.addEventListener("click", (event) => { // what was clicked may be gone by the next key
      if (!event.target.closest("input, summary")) this.root.focus({ preventScroll: true });
    });
    this.onMessage = (message) => this.receive(message);
    model.on("msg:custom", this.onMessage);
    el.append(this.root);
    this.tell("open");
    this.root.focus({ preventScroll: true });
  }
  close() {
    clearTimeout(this.waiting);
    this.model.off("msg:custom", this.onMessage);
  }
  tell(request, content = {}) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.say("内核没有回应：它可能在运行别的单元格，或已停止"), PATIENCE);
    this.model.send({ do: request, ...content });
  }
  answer(answer) {
    if (this.item && answer) this.tell("answer", { answer, source: this.source.value });
  }
  receive(message) {
    clearTimeout(this.waiting);
    if (message.kind === "notice") this.say(message.text);
    else if (message.kind === "state") this.show(message);
  }
  say(text) {
    this.notice.textContent = visible(text);
  }
  show(state) {
    if (state.item?.key !== this.item?.key) this.source.value = "";
    this.item = state.item;
    this.root.dataset.index = state.position;
    this.count.textContent = `${state.rows.length} 条建议，已写入 ${visible(state.file)} ${state.decided} 条`;
    this.by.textContent = visible(state.by);
    this.list.replaceChildren(...state.rows.map((row, index) =>
      make("li", { class: `wbe-row wbe-${row.answer || "open"}`, role: "option", "data-index": index, "aria-selected": String(index === state.position), title: row.names },
        make("span", { class: "wbe-what" }, `${row.what}  ${row.confidence}`), make("span", { class: "wbe-names" }, row.names),
        row.state ? make("span", { class: "wbe-state" }, row.state) : null)));
    this.list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
    this.main.replaceChildren(...(this.item ? this.facts(this.item) : [make("p", { class: "wbe-nothing" }, "没有待定的建议")]));
    this.buttons.replaceChildren(...(this.item ? COMMANDS.filter((command) => command.answer).map((command) =>
      button(command, this, { class: command.answer === this.item.relation ? "wbe-proposed" : "", "aria-pressed": String(command.answer === this.item.answer) })) : []));
    this.source.hidden = !this.item;
    this.help.hidden = true;
  }
  facts(item) {
    const years = make("table", { class: "wbe-years" },
      make("tr", {}, make("td", {}), ...item.years.map((year) => make("th", { scope: "col" }, year))),
      ...item.sides.map((side) => make("tr", {}, make("th", { scope: "row" }, side.name),
        ...item.years.map((year) => make("td", { title: `${side.name} ${year}年` }, side.years.includes(year) ? "●" : "")))));
    return [
      make("h3", {}, item.what, item.state ? make("span", { class: "wbe-state" }, item.state) : null),
      make("div", { class: "wbe-sides" }, ...item.sides.map((side) => make("section", {}, make("h4", {}, side.name),
        ...side.facts.map(([name, said]) => make("p", {}, make("b", {}, name), said)),
        make("details", {}, make("summary", {}, `${side.files.length} 个文件`), ...side.files.map((file) => make("p", {}, file)))))),
      item.years.length ? years : make("p", {}, "这些表都没有年度"),
      make("ul", { class: "wbe-evidence" }, ...item.evidence.map((one) =>
        make("li", { class: `wbe-${one.speaks}` }, make("b", {}, one.weight), one.text))),
    ];
  }
  toggleHelp() {
    this.help.hidden = !this.help.hidden;
  }
  key(event) {
    event.stopPropagation();
    if (event.isComposing || event.keyCode === 229) return; // an input method is composing: the keys are its own
    const name = (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
    if (event.target === this.source) {
      if (name === "Enter" || name === "Escape") { event.preventDefault(); this.root.focus({ preventScroll: true }); }
      return;
    }
    const command = event.altKey ? undefined : COMMANDS.find((one) => one.keys.includes(name));
    if (command && event.target.closest("summary") && name === "Enter") return; // unfolds the list of files
    if (command && !event.repeat) {
      event.preventDefault();
      command.run(this);
    }
  }
}

export default {
  render({ model, el }) {
    const review = new EntityReview(model, el);
    return () => review.close();
  },
};
