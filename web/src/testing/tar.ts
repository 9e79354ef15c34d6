/** Write tar archives (ustar), as small as tests need them. */

export function tarHeader(name: string, kind = '0', size = 0): Uint8Array {
  const block = new Uint8Array(512);
  const put = (at: number, text: string) => block.set(new TextEncoder().encode(text), at);
  put(0, name);
  put(124, size.toString(8).padStart(11, '0'));
  put(148, ' '.repeat(8));
  put(156, kind);
  put(257, 'ustar');
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return block;
}

/** The blocks and the end mark. */
export function tarOf(...blocks: Uint8Array[]): Uint8Array {
  const size = blocks.reduce((sum, block) => sum + block.length, 0);
  const archive = new Uint8Array(size + 1024);
  let at = 0;
  for (const block of blocks) {
    archive.set(block, at);
    at += block.length;
  }
  return archive;
}

export function tarOfFiles(files: Map<string, Uint8Array>): Uint8Array {
  const blocks = [...files].flatMap(([name, data]) => {
    const body = new Uint8Array(Math.ceil(data.length / 512) * 512);
    body.set(data);
    return [tarHeader(name, '0', data.length), body];
  });
  return tarOf(...blocks);
}
