// What proxies read of the API, and as whom.

/** The resources that proxies follow. */
export const serviceResources = ['services', 'endpointslices'] as const;

export const feedUser = 'system:serviceaccount:kube-system:kube-proxy';
