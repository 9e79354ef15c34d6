/**
 * Pictures for a pointer that moves: one is fetched at a time, the newest wish comes next, and what was passed
 * meanwhile is never asked for.
 */
export class Glimpses {
  #wanted: string | undefined;
  #busy = false;

  constructor(
    /** Whether there is a picture at this address, once it can be drawn. */
    private readonly load: (address: string) => Promise<boolean>,
    private readonly onpicture: (address: string | undefined) => void,
  ) {}

  want(address: string): void {
    this.#wanted = address;
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#wanted !== undefined) {
      const address: string = this.#wanted;
      this.#wanted = undefined;
      this.onpicture((await this.load(address)) ? address : undefined);
    }
    this.#busy = false;
  }
}

/** Fetch and decode a picture, so that it shows at once when it is put on the page. */
export async function loadPicture(address: string): Promise<boolean> {
  const image = new Image();
  image.src = address;
  return image.decode().then(
    () => true,
    () => false,
  );
}
