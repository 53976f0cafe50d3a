/** Durations of the Gateway API: whole numbers of h, m, s and ms (https://gateway-api.sigs.k8s.io/geps/gep-2257/). */
export const GEP_2257: { readonly pattern: RegExp } = { pattern: /^(?:[0-9]{1,5}(?:h|m|s|ms)){1,4}$/ };
