/** Requests of the interval under way and of the one before: only a finished interval is judged. */
export class RequestRate {
  #total = 0;
  #succeeded = 0;
  /** Requests of the finished interval. */
  volume = 0;
  /** Percent of them that succeeded; meaningless while `volume` is 0. */
  rate = 0;

  /** @hot */
  success(): void {
    this.#total++;
    this.#succeeded++;
  }

  /** @hot */
  failure(): void {
    this.#total++;
  }

  /** Ends the interval. */
  roll(): void {
    this.volume = this.#total;
    this.rate = this.#total === 0 ? 0 : (this.#succeeded * 100) / this.#total;
    this.#total = 0;
    this.#succeeded = 0;
  }
}
