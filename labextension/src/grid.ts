// The grid of any ruled table of any file: its pages with the grid over them, and the tables as they were found.
import { SplitPanel, Widget } from '@lumino/widgets';

import { Api, CellView, GridAnswer, PageSize, problemOf } from './api';
import { chosenCard } from './chosen';
import { make, visible } from './dom';
import { t } from './i18n';
import { findingsIcon } from './icons';
import { notice } from './notices';
import { lookOf, Pages } from './pages';

const AGAIN = 1000; // milliseconds until a page that is still being read is asked for again

export class GridView extends SplitPanel {
  private readonly pages: Pages;
  private readonly left = new Widget();
  private readonly right = new Widget();
  private readonly tables = make('div', { class: 'jp-wb-Grid-tables' });
  private card = chosenCard(null, () => undefined);

  constructor(private readonly api: Api, readonly path: string) {
    super({ orientation: 'horizontal', spacing: 4 });
    this.addClass('jp-wb-Document');
    this.addClass('jp-wb-Grid');
    this.title.label = visible(path.split('/').pop()!);
    this.title.caption = visible(path);
    this.title.icon = findingsIcon;
    this.title.closable = true;
    this.pages = new Pages({
      picture: (page, width) => api.picture('page-of', { path, page, width }),
      cells: page => this.cells(page), choose: (page, cell) => this.choose(page, cell)
    });
    this.left.addClass('jp-wb-Document-left');
    this.right.addClass('jp-wb-Document-right');
    this.left.node.append(this.pages.node);
    this.right.node.append(this.tables, this.card);
    this.addWidget(this.left);
    this.addWidget(this.right);
    this.setRelativeSizes([0.6, 0.4]);
    void this.load();
  }

  dispose(): void {
    this.pages.dispose();
    super.dispose();
  }

  private async load(): Promise<void> {
    this.tables.replaceChildren(make('p', { class: 'jp-wb-Quiet', role: 'status' }, t('grid.reading')));
    try {
      const { pages } = await this.api.get<{ pages: PageSize[] }>('pages-of', { path: this.path });
      this.pages.show(pages);
      await this.showTable(pages[0]?.page ?? 1);
    } catch (error) {
      this.fail(error);
    }
  }

  private async cells(page: number): Promise<CellView[]> {
    for (;;) {
      const answer = await this.api.get<GridAnswer>('grid', { path: this.path, page });
      if (answer.state !== 'reading' || this.isDisposed) {
        return answer.cells ?? [];
      }
      await new Promise(resolve => setTimeout(resolve, AGAIN));
    }
  }

  private async showTable(page: number): Promise<void> {
    const cells = await this.pages.cellsOf(page);
    const head = make('h2', {}, t('grid.table', { page }));
    this.tables.replaceChildren(head, ...(cells.length ? tablesOf(cells).map(table => this.table(page, table)) : [make('p', { class: 'jp-wb-Quiet' }, t('grid.none'))]));
  }

  private table(page: number, cells: CellView[]): HTMLElement {
    const rows = [...new Set(cells.map(cell => cell.row))].sort((a, b) => a - b);
    return make('table', { class: 'jp-wb-Table jp-wb-Found' }, make('tbody', {}, ...rows.map(row => make('tr', {},
      ...cells.filter(cell => cell.row === row).sort((a, b) => a.column - b.column).map(cell => make('td', {
        rowspan: cell.row_span, colspan: cell.column_span, class: `jp-mod-${lookOf(cell)}`, click: () => this.choose(page, cell)
      }, cell.text))))));
  }

  private choose(page: number, cell: CellView): void {
    this.pages.mark(page, cell.box);
    const title = `${cell.row + 1} × ${cell.column + 1}`;
    const card = chosenCard({ title, cell, findings: [] }, () => undefined);
    this.card.replaceWith(card);
    this.card = card;
    void this.showTable(page);
  }

  private fail(error: unknown): void {
    this.tables.replaceChildren(notice(problemOf(error), [{ label: t('retry'), run: () => void this.load() }]));
  }
}

/** The cells of each table of a page. */
function tablesOf(cells: CellView[]): CellView[][] {
  const numbers = [...new Set(cells.map(cell => cell.table))];
  return numbers.map(number => cells.filter(cell => cell.table === number));
}
