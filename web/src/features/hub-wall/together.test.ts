import { describe, expect, it } from 'vitest';
import type { Stretch } from '@/lib/player';
import { gathered, together, type Clock, type Picture } from './together';

const LOOK = 200;
const HOUR = 3_600_000;
const all: Stretch[] = [{ start: 0, end: HOUR }];

/** A picture that does as it is told, for want of a browser: a jump takes `slow`, and what stalls stands still. */
class Film {
  at: number | undefined;
  slow = 100;
  stalls = false;
  jumps = 0;
  /** Of which the list does not know. */
  hole: Stretch = { start: 0, end: 0 };
  picture: Picture;
  #to: { at: number; ready: number } | undefined;

  constructor(recorded: Stretch[] = all) {
    this.picture = { at: undefined, isReady: false, isLost: false, recorded, knownUntil: HOUR };
  }

  live(real: number) {
    const { told } = this.picture;
    if (told?.seek !== undefined) {
      this.jumps += 1;
      this.at = undefined;
      this.#to = { at: told.seek, ready: this.slow };
      this.picture.told = { ...told, seek: undefined as never };
    } else if (this.#to) {
      this.#to.ready -= real;
      if (this.#to.ready <= 0 && !this.stalls) {
        this.at = this.#to.at;
        this.#to = undefined;
      }
    } else if (this.at !== undefined && told && !this.stalls) this.at += told.rate * real;
    if (this.at !== undefined && this.at >= this.hole.start) this.at = Math.max(this.at, this.hole.end);
    this.picture = { ...this.picture, at: this.at, isReady: this.at !== undefined && !this.stalls };
  }
}

class Wall {
  clock: Clock;
  constructor(
    readonly films: Film[],
    at: number,
  ) {
    this.clock = gathered(at);
  }

  play(ms: number, rate = 1, each: () => void = () => undefined) {
    for (let t = 0; t < ms; t += LOOK) {
      const next = together(
        this.clock,
        this.films.map((film) => film.picture),
        LOOK,
        rate,
      );
      this.clock = next.clock;
      next.told.forEach((told, i) => Object.assign(this.films[i]?.picture ?? {}, { told }));
      each();
      for (let ms = 0; ms < LOOK; ms += 10) this.films.forEach((film) => film.live(10));
    }
  }

  get shows() {
    return this.films.map((film) => film.picture.told?.shows);
  }

  /** How far those that are seen are from one another. */
  get apart() {
    const seen = this.films
      .filter((film) => film.picture.told?.shows === 'picture')
      .map((film) => film.at ?? NaN);
    return Math.max(...seen) - Math.min(...seen);
  }
}

describe('after a jump', () => {
  it('all wait for the slowest, and begin together', () => {
    const [quick, slow] = [new Film(), new Film()];
    slow.slow = 1_500;
    const wall = new Wall([quick, slow], 60_000);
    wall.play(1_200);
    expect([quick.at, wall.clock.at]).toEqual([60_000, 60_000]);
    wall.play(3_000);
    expect(wall.shows).toEqual(['picture', 'picture']);
    expect(wall.clock.at).toBeGreaterThan(61_500);
    expect(wall.apart).toBeLessThan(50);
  });

  it('nobody waits for ever: who comes late jumps ahead of the others, and stands until they come by', () => {
    const [quick, slow] = [new Film(), new Film()];
    slow.slow = 6_000;
    const wall = new Wall([quick, slow], 60_000);
    wall.play(5_000);
    expect(wall.shows).toEqual(['picture', 'loading']);
    expect(wall.clock.at).toBeGreaterThan(62_000);
    slow.slow = 400;
    wall.play(6_000);
    expect(wall.shows).toEqual(['picture', 'picture']);
    expect(wall.apart).toBeLessThan(250);
    expect(quick.jumps).toBe(1);
  });

  it('nothing moves while nobody is there yet', () => {
    const film = new Film();
    film.stalls = true;
    const wall = new Wall([film], 60_000);
    wall.play(20_000);
    expect(wall.clock.at).toBe(60_000);
    expect(film.jumps).toBe(1);
  });
});

describe('while they run', () => {
  it.each([1, 2, 4])('those at %d times the speed of life stay together', (rate) => {
    const wall = new Wall([new Film(), new Film(), new Film()], 60_000);
    wall.play(20_000, rate, () => {
      expect(wall.apart || 0).toBeLessThan(300);
    });
    expect(wall.clock.at).toBeGreaterThan(60_000 + 18_000 * rate);
  });

  it('the foremost leads, and who is a little behind is drawn along without a jump', () => {
    const [first, second] = [new Film(), new Film()];
    const wall = new Wall([first, second], 60_000);
    wall.play(2_000);
    second.at = (second.at ?? 0) - 200;
    wall.play(3_000);
    expect(first.picture.told?.rate).toBe(1);
    expect(second.jumps).toBe(1);
    expect(wall.apart).toBeLessThan(50);
  });

  it('one that stalls holds up nobody, says so, and is back in step soon after', () => {
    const [first, second] = [new Film(), new Film()];
    const wall = new Wall([first, second], 60_000);
    wall.play(2_000);
    second.stalls = true;
    const before = wall.clock.at;
    wall.play(4_000);
    expect(wall.clock.at - before).toBeGreaterThan(3_500);
    expect(wall.shows).toEqual(['picture', 'loading']);
    second.stalls = false;
    wall.play(4_000, 1, () => {
      expect(wall.apart).toBeLessThan(300);
    });
    expect(wall.shows).toEqual(['picture', 'picture']);
  });

  it('one whose jumps take long jumps farther, until it is there before the others', () => {
    const [first, second] = [new Film(), new Film()];
    const wall = new Wall([first, second], 60_000);
    wall.play(2_000);
    second.slow = 2_000;
    second.at = 50_000;
    wall.play(15_000);
    expect(wall.shows).toEqual(['picture', 'picture']);
    expect(second.jumps).toBeLessThan(7);
    expect(wall.apart).toBeLessThan(250);
  });

  it('when all stall, all wait', () => {
    const films = [new Film(), new Film()];
    const wall = new Wall(films, 60_000);
    wall.play(2_000);
    films.forEach((film) => (film.stalls = true));
    wall.play(1_000);
    const before = wall.clock.at;
    wall.play(5_000);
    expect(wall.clock.at).toBe(before);
    films.forEach((film) => (film.stalls = false));
    wall.play(2_000);
    expect(wall.clock.at).toBeGreaterThan(before + 500);
    expect(wall.shows).toEqual(['picture', 'picture']);
  });
});

describe('where something is not recorded', () => {
  it('one with a gap shows nothing, and is ready when its recording goes on', () => {
    const [whole, broken] = [
      new Film(),
      new Film([
        { start: 0, end: 62_000 },
        { start: 70_000, end: HOUR },
      ]),
    ];
    const wall = new Wall([whole, broken], 60_000);
    wall.play(4_000);
    expect(wall.shows).toEqual(['picture', 'nothing']);
    wall.play(5_000);
    expect(broken.at).toBe(70_000);
    wall.play(2_400);
    expect(wall.shows).toEqual(['picture', 'picture']);
    expect(wall.apart).toBeLessThan(250);
    expect(whole.jumps).toBe(1);
  });

  it('a time of which nobody has anything is stepped over', () => {
    const wall = new Wall(
      [new Film([{ start: 0, end: 62_000 }]), new Film([{ start: 500_000, end: HOUR }])],
      60_000,
    );
    wall.play(4_000);
    expect(wall.clock.at).toBeGreaterThanOrEqual(500_000);
    wall.play(2_000);
    expect(wall.shows).toEqual(['nothing', 'picture']);
  });

  it('it stays where nothing comes after', () => {
    const wall = new Wall([new Film([{ start: 0, end: 62_000 }])], 70_000);
    wall.play(4_000);
    expect(wall.clock.at).toBe(70_000);
    expect(wall.shows).toEqual(['nothing']);
  });

  it('it waits where it is not known yet what is recorded', () => {
    const film = new Film([]);
    film.picture.knownUntil = 50_000;
    const wall = new Wall([film, new Film([{ start: 90_000, end: HOUR }])], 60_000);
    wall.play(4_000);
    expect(wall.clock.at).toBe(60_000);
    expect(wall.shows[0]).toBe('loading');
  });

  it('a hole that the list does not know of is stepped over', () => {
    const film = new Film();
    const wall = new Wall([film], 60_000);
    film.hole = { start: 61_000, end: 63_000 };
    wall.play(3_000);
    expect(wall.clock.at).toBeGreaterThan(63_500);
    expect(film.jumps).toBe(1);
  });
});

it('a picture that nobody sees, or that cannot be played, holds up nobody', () => {
  const [seen, lost] = [new Film(), new Film()];
  lost.picture.isLost = true;
  lost.stalls = true;
  const wall = new Wall([seen, lost], 60_000);
  wall.play(3_000);
  expect(wall.shows[0]).toBe('picture');
  expect(wall.clock.at).toBeGreaterThan(62_000);
  const alone = new Wall([lost], 60_000);
  alone.play(3_000);
  expect(alone.clock.at).toBeGreaterThan(62_500);
});

it('a pause shows the same instant on all, and going on needs no jump', () => {
  const [first, second] = [new Film(), new Film()];
  const wall = new Wall([first, second], 60_000);
  wall.play(2_000);
  second.at = (second.at ?? 0) - 200;
  wall.play(2_000, 0);
  expect([first.at, second.at]).toEqual([wall.clock.at, wall.clock.at]);
  const jumps = first.jumps + second.jumps;
  wall.play(2_000);
  expect(first.jumps + second.jumps).toBe(jumps);
  expect(wall.apart).toBeLessThan(50);
});
