import { LabIcon } from '@jupyterlab/ui-components';

const icon = (name: string, path: string): LabIcon =>
  new LabIcon({
    name: `jixiao-workbench:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><path class="jp-icon3 jp-icon-selectable" fill="#616161" fill-rule="evenodd" d="${path}"/></svg>`
  });

// A sheet with ruled cells and a tick.
export const panelIcon = icon('panel', 'M4 3h16v8h-2V9h-4v3h-2V9H6v4h4v2H6v4h5v2H4V3Zm2 2v2h12V5H6Zm9.2 15.6-3.4-3.4 1.4-1.4 2 2 4.6-4.6 1.4 1.4-6 6Z');
export const reportIcon = icon('report', 'M5 3h10l4 4v14H5V3Zm2 2v14h10V8h-3V5H7Zm2 11v-3h2v3H9Zm3 0v-6h2v6h-2Zm3 0v-4h1v4h-1Z');
export const overviewIcon = icon('overview', 'M4 20V4h2v14h14v2H4Zm4-4V9h3v7H8Zm4 0V5h3v11h-3Zm4 0v-5h3v5h-3Z');
export const exportIcon = icon('export', 'M11 3h2v9l3-3 1.4 1.4L12 15.800 6.600 10.400 8 9l3 3V3ZM4 17h2v2h12v-2h2v4H4v-4Z');
export const auditIcon = icon('audit', 'M10 3a7 7 0 0 1 5.600 11.200L21 19.600 19.600 21l-5.400-5.400A7 7 0 1 1 10 3Zm0 2a5 5 0 1 0 0 10 5 5 0 0 0 0-10Zm-1 7.500L6.500 10l1.200-1.200L9 10.100l3.300-3.300L13.500 8 9 12.500Z');
export const findingsIcon = icon('findings', 'M12 3 22 20H2L12 3Zm0 4L5.500 18h13L12 7Zm-1 4h2v4h-2v-4Zm0 5h2v1.500h-2V16Z');
export const projectIcon = icon('project', 'M3 5h7l2 2h9v12H3V5Zm2 2v10h14V9h-7.800l-2-2H5Zm6 2.500h2v2.500h2.500v2H13v2.500h-2V14H8.500v-2H11V9.500Z');
