// Elements without markup: text from documents becomes text nodes and attribute values only.

type Child = Node | string | number | null | undefined | false;
type Attribute = string | number | boolean | null | undefined | ((event: any) => void);

const SVG = ['svg', 'g', 'rect', 'polygon', 'title', 'path'];
const READ = ['title', 'aria-label', 'placeholder'];

// What is not seen, or turns the order of writing around, as a sign that is seen: as visible.py has it.
// eslint-disable-next-line no-control-regex
const UNSEEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** Text as it is to be shown: hostile characters become visible signs. */
export function visible(text: string | number): string {
  return String(text).replace(UNSEEN, character => {
    const code = character.codePointAt(0)!;
    if (code < 0x20) {
      return String.fromCodePoint(0x2400 + code);
    }
    return code === 0x7f ? '␡' : `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
  });
}

function element(tag: string, attributes: Record<string, Attribute>, children: Child[]): Element {
  const made = SVG.includes(tag)
    ? document.createElementNS('http://www.w3.org/2000/svg', tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      made.addEventListener(name, value);
    } else if (value !== undefined && value !== null && value !== false) {
      made.setAttribute(name, READ.includes(name) ? visible(String(value)) : String(value));
    }
  }
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) {
      made.append(child instanceof Node ? child : visible(child));
    }
  }
  return made;
}

/** An HTML element; attributes that are functions are listeners, those that are null or false are left out. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Record<string, Attribute> = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  return element(tag, attributes, children) as HTMLElementTagNameMap[K];
}

/** An SVG element. */
export function makeSvg(tag: string, attributes: Record<string, Attribute> = {}, ...children: Child[]): SVGElement {
  return element(tag, attributes, children) as SVGElement;
}

/** A button with a label, or with a sign and a name for screen readers. */
export function button(label: string, run: (event: MouseEvent) => void, more: Record<string, Attribute> = {}): HTMLButtonElement {
  return make('button', { type: 'button', class: 'jp-wb-Button', click: run, ...more }, label);
}

/** Calls at most once in `wait` milliseconds of quiet. */
export function quieted(run: () => void, wait: number): () => void {
  let timer: number | undefined;
  return () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(run, wait);
  };
}
