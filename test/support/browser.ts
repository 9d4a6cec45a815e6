/** A browser as far as cookies and origins go: what it is given it sends back, to the same server. */
export class Browser {
  readonly #url: string
  readonly #cookies = new Map<string, string>()

  constructor(url: string) {
    this.#url = url
  }

  get cookies(): ReadonlyMap<string, string> {
    return this.#cookies
  }

  setCookie(name: string, value: string): void {
    this.#cookies.set(name, value)
  }

  /** A request of the server's own page; headers that are undefined are left out. */
  async send(
    route: `${string} ${string}`,
    body?: unknown,
    headers: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Response> {
    const [method = 'GET', path = '/'] = route.split(' ')
    const all = {
      origin: method === 'GET' ? undefined : this.#url,
      'content-type': body === undefined ? undefined : 'application/json',
      cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') || undefined,
      ...headers,
    }
    const response = await fetch(this.#url + path, {
      method,
      redirect: 'manual',
      headers: Object.fromEntries(Object.entries(all).filter(isGiven)),
      ...(body === undefined ? {} : { body: toBody(body) }),
    })
    for (const line of response.headers.getSetCookie()) this.#take(line)
    return response
  }

  #take(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (/max-age=0/i.test(line)) this.#cookies.delete(name)
    else this.#cookies.set(name, value)
  }
}

const toBody = (body: unknown): string | URLSearchParams =>
  body instanceof URLSearchParams ? body : JSON.stringify(body)

const isGiven = (header: [string, string | undefined]): header is [string, string] =>
  header[1] !== undefined
