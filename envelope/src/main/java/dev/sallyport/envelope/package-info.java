/** Sealed weights: FLOE, manifest, signatures. */
package dev.sallyport.envelope;
