/** Hand a file to the person. */
export function saveFile(
  name: string,
  data: string | Uint8Array | Blob,
  type = 'application/octet-stream',
): void {
  const url = URL.createObjectURL(new Blob([data as BlobPart], { type }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
