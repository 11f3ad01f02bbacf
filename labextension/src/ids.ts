// The names of commands and of widgets.
const own = (name: string): string => `jixiao-workbench:${name}`;

export const PLUGIN = own('plugin');

export const ID = {
  panel: 'jixiao-workbench-panel',
  showPanel: own('panel'),
  ingest: own('ingest'),
  ingestNew: own('ingest-new'),
  ingestChosen: own('ingest-chosen'),
  grid: own('grid'),
  open: own('open'),
  openDocument: own('open-document'),
  openResult: own('open-result'),
  newProject: own('new-project'),
  showFolder: own('show-folder'),
  rebuild: own('rebuild'),
  refresh: own('refresh'),
  stop: own('stop'),
  review: own('review'),
  reviewChosen: own('review-chosen'),
  report: own('report'),
  overview: own('overview'),
  export: own('export'),
  audit: own('audit'),
  notebook: own('notebook'),
  findings: own('findings')
};

/** The command of a key of the review. */
export const reviewKey = (name: string): string => own(`review-${name}`);
