import { InvariantError } from '@kedge/shared/errors/kedge-error'

/** The element of the page with that id, which is part of index.html. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id)
  if (element) return element as T
  throw new InvariantError(`the page has no element #${id}`)
}

export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  element.className = className
  element.append(...children)
  return element
}

/** Changes the text only when it differs, so that a screen reader hears news alone. */
export function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

export const capitalise = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
