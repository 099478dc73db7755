// Names of images: when two of them mean the same, and which one is pulled anew each time.
import type { Container, ImagePullPolicy } from '../../api/container.js';

/** The full name: `nginx` and `docker.io/library/nginx:latest` are the same image. */
export function imageName(name: string): string {
  const short = name.replace(/^docker\.io\//, '').replace(/^library\//, '');
  const hasTag = short.includes('@') || short.lastIndexOf(':') > short.lastIndexOf('/');
  return hasTag ? short : `${short}:latest`;
}

/**
 * When a container's image is pulled; for the tag `latest` always, unless the container says else.
 */
export function pullPolicyOf({ image = '', imagePullPolicy }: Container): ImagePullPolicy {
  return imagePullPolicy ?? (imageName(image).endsWith(':latest') ? 'Always' : 'IfNotPresent');
}
