/**
 * A browser that translates the page moves its text nodes into elements of its own, where React does not find them, and throws
 * (https://github.com/facebook/react/issues/11538). What was moved is then left where it is. Values that change stand in an
 * element of their own, which React fills as a whole.
 */
export function surviveTranslation(): void {
  const { removeChild, insertBefore } = Node.prototype;
  Node.prototype.removeChild = function <T extends Node>(this: Node, child: T): T {
    if (child.parentNode !== this) return child;
    return removeChild.call(this, child) as T;
  };
  Node.prototype.insertBefore = function <T extends Node>(this: Node, node: T, next: Node | null): T {
    const isHere = next === null || next.parentNode === this;
    return insertBefore.call(this, node, isHere ? next : null) as T;
  };
}
