// A list of which only the rows in view exist, for the keyboard and for screen readers, too.
import { make } from './dom';

const AROUND = 6; // rows above and below the view that exist all the same

export interface ListOptions<T> {
  label: string;
  rowHeight: number;
  keyOf: (item: T) => string;
  /** The content of a row; `data-file` and the like are set by it on the row. */
  draw: (item: T, row: HTMLElement) => void;
  open: (item: T) => void;
  select?: (items: T[]) => void;
}

export class VirtualList<T> {
  readonly node: HTMLElement;
  private readonly space: HTMLElement;
  private items: T[] = [];
  private places = new Map<string, number>();
  private readonly drawn = new Map<number, HTMLElement>(); // rows stay while they are pressed: a double click needs them
  private chosen = new Set<string>();
  private current = -1;
  private anchor = -1;
  private readonly id = `jp-wb-list-${Math.random().toString(36).slice(2)}`;
  private readonly observer: ResizeObserver;

  constructor(private readonly options: ListOptions<T>) {
    this.space = make('div', { class: 'jp-wb-Space', role: 'presentation' });
    this.node = make('div', {
      class: 'jp-wb-List', role: 'listbox', tabindex: '0', 'aria-label': options.label, 'aria-multiselectable': 'true',
      scroll: () => this.draw(), keydown: (event: KeyboardEvent) => this.key(event)
    }, this.space);
    this.space.addEventListener('mousedown', event => this.press(event));
    this.space.addEventListener('dblclick', event => this.openAt(this.indexOf(event)));
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.node);
  }

  dispose(): void {
    this.observer.disconnect();
  }

  get selection(): T[] {
    return this.items.filter(item => this.chosen.has(this.options.keyOf(item)));
  }

  /** Other items; what was chosen stays chosen where it is still there. */
  show(items: T[]): void {
    const key = this.current >= 0 && this.current < this.items.length ? this.options.keyOf(this.items[this.current]) : '';
    this.items = items;
    this.places = new Map(items.map((item, index) => [this.options.keyOf(item), index]));
    this.chosen = new Set([...this.chosen].filter(one => this.places.has(one)));
    this.current = this.anchor = this.places.get(key) ?? -1;
    this.drawn.forEach(row => row.remove());
    this.drawn.clear();
    this.space.style.height = `${items.length * this.options.rowHeight}px`;
    this.draw();
  }

  /** Choose one item and bring it into view. */
  choose(key: string): void {
    const index = this.places.get(key);
    if (index !== undefined) {
      this.move(index, false);
    }
  }

  private key(event: KeyboardEvent): void {
    const last = this.items.length - 1;
    const page = Math.max(1, Math.floor(this.node.clientHeight / this.options.rowHeight) - 1);
    const steps: Record<string, number> = {
      ArrowDown: this.current + 1, ArrowUp: this.current - 1, PageDown: this.current + page,
      PageUp: this.current - page, Home: 0, End: last
    };
    if (event.key in steps && last >= 0) {
      this.move(Math.min(last, Math.max(0, steps[event.key])), event.shiftKey);
    } else if (event.key === 'Enter') {
      this.openAt(this.current);
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      this.chosen = new Set(this.items.map(this.options.keyOf));
      this.tell();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private press(event: MouseEvent): void {
    const index = this.indexOf(event);
    if (index < 0) {
      return;
    }
    const key = this.options.keyOf(this.items[index]);
    if (event.button === 2 && this.chosen.has(key)) {
      return;
    }
    if (event.ctrlKey || event.metaKey) {
      this.current = this.anchor = index;
      this.chosen.has(key) ? this.chosen.delete(key) : this.chosen.add(key);
      this.tell();
    } else {
      this.move(index, event.shiftKey);
    }
  }

  private move(index: number, extend: boolean): void {
    this.current = index;
    this.anchor = extend && this.anchor >= 0 ? this.anchor : index;
    const [from, to] = [Math.min(this.anchor, index), Math.max(this.anchor, index)];
    this.chosen = new Set(this.items.slice(from, to + 1).map(this.options.keyOf));
    const top = index * this.options.rowHeight, height = this.node.clientHeight;
    if (top < this.node.scrollTop) {
      this.node.scrollTop = top;
    } else if (top + this.options.rowHeight > this.node.scrollTop + height) {
      this.node.scrollTop = top + this.options.rowHeight - height;
    }
    this.tell();
  }

  private tell(): void {
    this.draw();
    this.options.select?.(this.selection);
  }

  private openAt(index: number): void {
    if (index >= 0 && index < this.items.length) {
      this.options.open(this.items[index]);
    }
  }

  /** By the pointer's height: the row that was pressed may have been drawn anew since. */
  private indexOf(event: MouseEvent): number {
    const index = Math.floor((event.clientY - this.space.getBoundingClientRect().top) / this.options.rowHeight);
    return index < this.items.length ? index : -1;
  }

  private draw(): void {
    const { rowHeight, keyOf, draw } = this.options;
    const first = Math.max(0, Math.floor(this.node.scrollTop / rowHeight) - AROUND);
    const last = Math.min(this.items.length, first + Math.ceil((this.node.clientHeight || 600) / rowHeight) + 2 * AROUND);
    for (const [index, row] of this.drawn) {
      if (index < first || index >= last) {
        row.remove();
        this.drawn.delete(index);
      }
    }
    for (let index = first; index < last; index++) {
      let row = this.drawn.get(index);
      if (!row) {
        row = make('div', {
          class: 'jp-wb-Row', role: 'option', id: `${this.id}-${index}`, style: `top:${index * rowHeight}px;height:${rowHeight}px`,
          'aria-setsize': this.items.length, 'aria-posinset': index + 1
        });
        draw(this.items[index], row);
        this.drawn.set(index, row);
        this.space.append(row);
      }
      row.setAttribute('aria-selected', String(this.chosen.has(keyOf(this.items[index]))));
      row.classList.toggle('jp-mod-current', index === this.current);
    }
    if (this.current >= first && this.current < last) {
      this.node.setAttribute('aria-activedescendant', `${this.id}-${this.current}`);
    } else {
      this.node.removeAttribute('aria-activedescendant');
    }
  }
}
