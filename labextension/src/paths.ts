// Files as the file browser names them, and as the project does.
import { DocumentRow } from './api';
import { Project } from './project';

const READABLE = new Set(
  ('pdf tif tiff png jpg jpeg bmp webp gif heic heif avif jp2 docx doc wps xlsx xls et ofd txt tsv csv md html htm mht mhtml xml ' +
    'zip rar 7z tar gz tgz').split(' ')
);

/** Whether a file has an ending that the workbench may read. */
export const isReadable = (path: string): boolean => READABLE.has(path.split('.').pop()!.toLowerCase());

/** The folder of a path; "" is the server's root. */
export const folderOf = (path: string): string => path.split('/').slice(0, -1).join('/');

/** The document that a file of the project is, or is a page of. */
export function documentAt(project: Project, path: string): DocumentRow | undefined {
  const raw = project.view?.raw;
  if (!raw || !path.startsWith(`${raw}/`)) {
    return undefined;
  }
  const file = path.slice(raw.length + 1);
  return project.documents.find(row => file === row.file) ?? project.documents.find(row => file.startsWith(`${row.file}/`));
}
