/** Transparency log formats: tiles, proofs, notes, checkpoints; verifies only. */
package dev.sallyport.tlog;
