/** Ids, digests, canonical JSON, bounded reads and frames. */
package dev.sallyport.core;
