// The pages of a scan below each other, with zoom and pan; pictures and cells are fetched as pages come into view.
import { Box, CellView, PageSize, problemOf } from './api';
import { button, make, makeSvg, quieted } from './dom';
import { MessageKey, t } from './i18n';

const GAP = 12; // between two pages, CSS pixels
const STEP = 256; // widths of pictures are multiples of it, so that a small zoom asks for no other picture
const SETTLED = 150; // milliseconds without zooming until a sharper picture is asked for
const LEAST = 0.2, MOST = 8; // zoom, 1: the width of the view
const LOOKS = ['sure', 'doubtful', 'unread', 'empty'] as const;

export interface PagesOptions {
  picture: (page: number, width: number) => Promise<string>;
  cells: (page: number) => Promise<CellView[]>;
  choose: (page: number, cell: CellView) => void;
}

interface Sheet {
  size: PageSize;
  node: HTMLElement;
  image: HTMLImageElement;
  cells: SVGElement;
  mark: SVGElement;
  message: HTMLElement;
  width: number; // of the picture that was asked for last
  url: string;
}

/** How a cell looks: what was not read stands out, whatever the confidence is. */
export function lookOf(cell: CellView): (typeof LOOKS)[number] {
  if (cell.state === 'unread' || cell.state === 'obscured') {
    return 'unread';
  }
  return cell.look ?? (cell.state === 'empty' ? 'empty' : 'sure');
}

export class Pages {
  readonly node: HTMLElement;
  private readonly space = make('div', { class: 'jp-wb-Pages-space' });
  private readonly view: HTMLElement;
  private readonly number = make('input', { type: 'number', min: 1, 'aria-label': t('page.number'), change: () => this.goTo(Number(this.number.value)) });
  private readonly count = make('span');
  private readonly grid = make('input', { type: 'checkbox', checked: 'true', change: () => this.view.classList.toggle('jp-mod-plain', !this.grid.checked) });
  private readonly sheets = new Map<number, Sheet>();
  private readonly known = new Map<number, Promise<CellView[]>>();
  private sizes: PageSize[] = [];
  private tops: number[] = [];
  private zoomed = 1;
  private marked: { page: number; box: Box } | null = null;
  private moved = false;
  private readonly observer: ResizeObserver;
  private readonly sharpen = quieted(() => this.sheets.forEach(sheet => this.load(sheet)), SETTLED);

  constructor(private readonly options: PagesOptions) {
    this.view = make('div', {
      class: 'jp-wb-Pages-view', tabindex: '0', role: 'group', 'aria-label': t('scan'), scroll: () => this.draw(),
      keydown: (event: KeyboardEvent) => this.key(event), pointerdown: (event: PointerEvent) => this.drag(event)
    }, this.space);
    this.view.addEventListener('wheel', event => this.wheel(event), { passive: false });
    const legend = LOOKS.map(look => make('span', { class: `jp-wb-Legend jp-mod-${look}` }, t(`look.${look}` as MessageKey)));
    this.node = make('div', { class: 'jp-wb-Pages' },
      make('div', { class: 'jp-wb-Bar-tools', role: 'toolbar', 'aria-label': t('scan') },
        button('‹', () => this.goTo(this.current - 1), { title: t('page.previous'), 'aria-label': t('page.previous') }), this.number, this.count,
        button('›', () => this.goTo(this.current + 1), { title: t('page.next'), 'aria-label': t('page.next') }),
        make('span', { class: 'jp-wb-Gap' }),
        button('−', () => this.zoom(0.8), { title: t('zoom.out'), 'aria-label': t('zoom.out') }),
        button('+', () => this.zoom(1.25), { title: t('zoom.in'), 'aria-label': t('zoom.in') }),
        button(t('zoom.fit.short'), () => this.fit(), { title: t('zoom.fit') }),
        make('span', { class: 'jp-wb-Gap' }),
        make('label', { class: 'jp-wb-Check' }, this.grid, t('grid.show')),
        make('span', { class: 'jp-wb-Legends', role: 'group', 'aria-label': t('legend') }, ...legend)),
      this.view);
    this.observer = new ResizeObserver(() => this.layout());
    this.observer.observe(this.view);
  }

  dispose(): void {
    this.observer.disconnect();
    this.sheets.forEach(sheet => URL.revokeObjectURL(sheet.url));
  }

  show(sizes: PageSize[]): void {
    this.sizes = sizes.filter(size => size.picture !== false);
    this.number.max = String(this.sizes.length);
    this.count.textContent = t('page.of', { n: this.sizes.length });
    this.known.clear();
    this.sheets.forEach(sheet => this.drop(sheet));
    this.layout();
  }

  /** Outline a place, and bring it into view. */
  mark(page: number, box: Box | null): void {
    this.marked = box && { page, box };
    const index = this.sizes.findIndex(size => size.page === page);
    if (index < 0) {
      return;
    }
    const scale = this.scale, { clientWidth, clientHeight, scrollTop, scrollLeft } = this.view;
    if (box) {
      const [left, top, right, bottom] = box.map(side => side * scale), from = this.tops[index];
      if (from + top < scrollTop + 20 || from + bottom > scrollTop + clientHeight - 20) {
        this.view.scrollTop = from + (top + bottom) / 2 - clientHeight / 2;
      }
      if (left < scrollLeft || right > scrollLeft + clientWidth) {
        this.view.scrollLeft = (left + right) / 2 - clientWidth / 2;
      }
    } else {
      this.view.scrollTop = this.tops[index];
    }
    this.draw();
    this.sheets.forEach(sheet => this.outline(sheet));
  }

  /** The cells of a page, asked for once. */
  cellsOf(page: number): Promise<CellView[]> {
    let cells = this.known.get(page);
    if (!cells) {
      cells = this.options.cells(page);
      this.known.set(page, cells);
      cells.catch(() => this.known.delete(page));
    }
    return cells;
  }

  private get current(): number {
    const middle = this.view.scrollTop + this.view.clientHeight / 3;
    return Math.max(1, this.tops.filter(top => top <= middle).length);
  }

  private get scale(): number {
    const widest = Math.max(1, ...this.sizes.map(size => size.width));
    return (this.zoomed * Math.max(100, this.view.clientWidth - 2 * GAP)) / widest;
  }

  private goTo(index: number): void {
    const to = Math.min(this.sizes.length, Math.max(1, index || 1));
    this.view.scrollTop = (this.tops[to - 1] ?? 0) - GAP;
    this.draw();
  }

  private fit(): void {
    this.zoom(1 / this.zoomed);
  }

  private zoom(factor: number, x = this.view.clientWidth / 2, y = this.view.clientHeight / 2): void {
    const before = this.zoomed;
    this.zoomed = Math.min(MOST, Math.max(LEAST, before * factor));
    const ratio = this.zoomed / before, left = (this.view.scrollLeft + x) * ratio - x, top = (this.view.scrollTop + y) * ratio - y;
    this.layout();
    this.view.scrollTo(left, top);
  }

  private layout(): void {
    if (!this.view.clientWidth) {
      return;
    }
    const scale = this.scale;
    let top = GAP;
    this.tops = this.sizes.map(size => {
      const at = top;
      top += size.height * scale + GAP;
      return at;
    });
    this.space.style.height = `${top}px`;
    this.space.style.width = `${Math.max(this.view.clientWidth, Math.max(0, ...this.sizes.map(size => size.width * scale)) + 2 * GAP)}px`;
    this.draw();
  }

  private draw(): void {
    const from = this.view.scrollTop - this.view.clientHeight, to = this.view.scrollTop + 2 * this.view.clientHeight, scale = this.scale;
    const wanted = new Set<number>();
    this.sizes.forEach((size, index) => {
      if (this.tops[index] > to || this.tops[index] + size.height * scale < from) {
        return;
      }
      wanted.add(size.page);
      const sheet = this.sheets.get(size.page) ?? this.add(size);
      const left = Math.max(GAP, (this.view.clientWidth - size.width * scale) / 2);
      Object.assign(sheet.node.style, { top: `${this.tops[index]}px`, left: `${left}px`, width: `${size.width * scale}px`, height: `${size.height * scale}px` });
    });
    this.sheets.forEach((sheet, page) => wanted.has(page) || this.drop(sheet));
    if (document.activeElement !== this.number) {
      this.number.value = String(this.current);
    }
    this.sharpen();
  }

  private add(size: PageSize): Sheet {
    const image = make('img', { alt: t('page', { n: size.page }), draggable: 'false' });
    const mark = makeSvg('rect', { class: 'jp-wb-Mark', visibility: 'hidden' });
    const cells = makeSvg('svg', { class: 'jp-wb-Cells', viewBox: `0 0 ${size.width} ${size.height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' });
    const message = make('p', { class: 'jp-wb-Page-message', role: 'status' }, t('loading'));
    const node = make('div', { class: 'jp-wb-Page', 'data-page': size.page }, image, cells, message);
    const sheet: Sheet = { size, node, image, cells, mark, message, width: 0, url: '' };
    this.sheets.set(size.page, sheet);
    this.space.append(node);
    this.cellsOf(size.page).then(found => this.drawCells(sheet, found), () => undefined);
    return sheet;
  }

  private drop(sheet: Sheet): void {
    sheet.node.remove();
    URL.revokeObjectURL(sheet.url);
    this.sheets.delete(sheet.size.page);
  }

  private load(sheet: Sheet): void {
    const shown = sheet.size.width * this.scale * window.devicePixelRatio;
    const width = Math.min(sheet.size.width, Math.ceil(shown / STEP) * STEP);
    if (width <= sheet.width) {
      return;
    }
    sheet.width = width;
    this.options.picture(sheet.size.page, width).then(url => {
      if (this.sheets.get(sheet.size.page) !== sheet || width < sheet.width) {
        URL.revokeObjectURL(url);
        return;
      }
      URL.revokeObjectURL(sheet.url);
      sheet.image.src = sheet.url = url;
      sheet.message.hidden = true;
    }, error => {
      sheet.message.hidden = Boolean(sheet.url);
      sheet.message.textContent = t('page.failed', { message: problemOf(error).message });
    });
  }

  private drawCells(sheet: Sheet, cells: CellView[]): void {
    sheet.cells.replaceChildren(...cells.map(cell => {
      const [x, y, right, bottom] = cell.box;
      return makeSvg('rect', {
        class: `jp-wb-Cell jp-mod-${lookOf(cell)}`, x, y, width: right - x, height: bottom - y,
        click: () => this.moved || this.options.choose(sheet.size.page, cell)
      }, makeSvg('title', {}, cell.text || t(`state.${cell.state}` as MessageKey)));
    }), sheet.mark);
    this.outline(sheet);
  }

  private outline(sheet: Sheet): void {
    const box = this.marked?.page === sheet.size.page ? this.marked.box : null;
    sheet.mark.setAttribute('visibility', box ? 'visible' : 'hidden');
    if (box) {
      Object.entries({ x: box[0], y: box[1], width: box[2] - box[0], height: box[3] - box[1] }).forEach(([name, value]) => sheet.mark.setAttribute(name, String(value)));
      sheet.cells.append(sheet.mark);
    }
  }

  private key(event: KeyboardEvent): void {
    const actions: Record<string, () => void> = {
      '+': () => this.zoom(1.25), '=': () => this.zoom(1.25), '-': () => this.zoom(0.8), '0': () => this.fit(),
      PageDown: () => this.goTo(this.current + 1), PageUp: () => this.goTo(this.current - 1), Home: () => this.goTo(1), End: () => this.goTo(this.sizes.length)
    };
    if (event.key in actions && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      event.stopPropagation();
      actions[event.key]();
    }
  }

  private wheel(event: WheelEvent): void {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const frame = this.view.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY / 400), event.clientX - frame.left, event.clientY - frame.top);
    }
  }

  private drag(start: PointerEvent): void {
    const { scrollLeft, scrollTop } = this.view;
    this.moved = false;
    const move = (event: PointerEvent): void => {
      const [x, y] = [event.clientX - start.clientX, event.clientY - start.clientY];
      this.moved ||= Math.hypot(x, y) > 4;
      if (this.moved) {
        this.view.scrollTo(scrollLeft - x, scrollTop - y);
      }
    };
    const stop = (): void => {
      document.removeEventListener('pointermove', move);
      document.removeEventListener('pointerup', stop);
    };
    document.addEventListener('pointermove', move);
    document.addEventListener('pointerup', stop);
  }
}
