// What is known of the chosen cell or value: its text, both readings, its state and its findings.
import { CellView, FindingView, ValueView } from './api';
import { make } from './dom';
import { MessageKey, t } from './i18n';
import { findingButton } from './tables';

/** One value or cell; what is not known is left out. */
export interface ChosenView {
  title: string;
  cell?: CellView;
  value?: ValueView;
  note?: string;
  findings: FindingView[];
}

const percent = (confidence: number | null | undefined): string =>
  confidence === null || confidence === undefined ? '' : `${Math.floor(100 * confidence)} %`;

/** The card below the tables. */
export function chosenCard(shown: ChosenView | null, open: (finding: FindingView) => void): HTMLElement {
  if (!shown) {
    return make('section', { class: 'jp-wb-Chosen', 'aria-label': t('chosen') }, make('p', { class: 'jp-wb-Quiet' }, t('chosen.none')));
  }
  const { cell, value } = shown;
  const text = value?.text ?? cell?.text ?? '';
  const state = value ? (`state.${value.state}` as MessageKey) : cell ? (`state.${cell.state}` as MessageKey) : null;
  const facts: [MessageKey, string][] = [
    ['reading', text], ['reading.machine', value?.machine ?? ''], ['reading.second', cell?.second ?? ''],
    ['value', typeof value?.value === 'number' ? String(value.value) : ''],
    ['confidence', percent(cell?.confidence ?? value?.confidence)], ['state', state ? t(state) : '']
  ];
  return make('section', { class: 'jp-wb-Chosen', 'aria-label': t('chosen'), 'aria-live': 'polite' },
    make('h3', {}, shown.title),
    make('dl', {}, ...facts.filter(([, fact]) => fact).flatMap(([name, fact]) => [make('dt', {}, t(name)), make('dd', { 'data-fact': name }, fact)])),
    shown.note ? make('p', { class: 'jp-wb-Quiet' }, shown.note) : null,
    ...shown.findings.map(finding => findingButton(finding, () => open(finding))));
}
