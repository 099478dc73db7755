// What there is in a namespace, of all resources that informers follow. Kept from the first time
// that somebody asks about a namespace: most never are asked about.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Informer } from '../../client/informer.js';

/** The objects of one resource by name. */
type Objects = Map<string, KubernetesObject>;

export class NamespaceContents {
  readonly #informers: readonly Informer<KubernetesObject>[];
  /** By namespace: those of every informer. */
  readonly #contents = new Map<string, readonly Objects[]>();

  /** `onDeleted`: an object has gone, from whatever namespace. */
  constructor(
    informers: readonly Informer<KubernetesObject>[],
    onDeleted: (object: KubernetesObject) => void,
  ) {
    this.#informers = informers;
    for (const [i, informer] of informers.entries()) {
      const put = (object: KubernetesObject): void => {
        this.#kept(object, i)?.set(object.metadata.name, object);
      };
      informer.addHandler({
        added: put,
        updated: (_, object) => put(object),
        deleted: (object) => {
          this.#kept(object, i)?.delete(object.metadata.name);
          onDeleted(object);
        },
      });
    }
  }

  /**
   * The objects of a namespace, resource by resource. The first time O(objects of the cluster),
   * then O(resources).
   */
  of(namespace: string): readonly ReadonlyMap<string, KubernetesObject>[] {
    let contents = this.#contents.get(namespace);
    if (contents === undefined) {
      contents = this.#informers.map(({ store }) => contentOf(store.values(), namespace));
      this.#contents.set(namespace, contents);
    }
    return contents;
  }

  #kept({ metadata }: KubernetesObject, informer: number): Objects | undefined {
    return this.#contents.get(metadata.namespace ?? '')?.[informer];
  }
}

function contentOf(objects: Iterable<KubernetesObject>, namespace: string): Objects {
  const content: Objects = new Map();
  for (const object of objects) {
    if (object.metadata.namespace === namespace) content.set(object.metadata.name, object);
  }
  return content;
}
