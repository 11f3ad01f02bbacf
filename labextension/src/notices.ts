// Sentences in place of an empty view: what is the matter, and what to do about it.
import { ProblemView } from './api';
import { button, make } from './dom';

export interface Way {
  label: string;
  run: () => void;
}

/** A problem as a sentence, what to do, and buttons that do it. */
export function notice(problem: ProblemView, ways: Way[] = [], level: 'error' | 'info' = 'error'): HTMLElement {
  return make('div', { class: `jp-wb-Problem jp-mod-${level}`, role: level === 'error' ? 'alert' : 'status', 'data-code': problem.code },
    make('p', { class: 'jp-wb-Problem-what' }, problem.message),
    problem.way_out ? make('p', { class: 'jp-wb-Problem-way' }, problem.way_out) : null,
    ways.length ? make('div', { class: 'jp-wb-Buttons' }, ...ways.map((way, at) => button(way.label, way.run, at ? {} : { class: 'jp-wb-Button jp-mod-primary' }))) : null);
}
