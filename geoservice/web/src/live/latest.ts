/** Questions sent one at a time: while one is answered the newest waits, and older ones are dropped. */

export class Latest<Q, A> {
  private waiting: { question: Q } | null = null;
  private busy = false;

  constructor(
    private readonly send: (question: Q) => Promise<A>,
    private readonly answered: (question: Q, answer: A) => void,
    private readonly failed: (question: Q, error: unknown) => void,
    /** Milliseconds from one question to the next, so that a drag stays below the server's rate limit. */
    private readonly apart = 0,
  ) {}

  ask(question: Q): void {
    this.waiting = { question };
    if (!this.busy) void this.run();
  }

  /** Forgets the question that waits. */
  drop(): void {
    this.waiting = null;
  }

  private async run(): Promise<void> {
    this.busy = true;
    while (this.waiting) {
      const { question } = this.waiting;
      this.waiting = null;
      const rest = new Promise((done) => setTimeout(done, this.apart));
      await this.send(question).then(
        (answer) => this.answered(question, answer),
        (error: unknown) => this.failed(question, error),
      );
      await rest;
    }
    this.busy = false;
  }
}
