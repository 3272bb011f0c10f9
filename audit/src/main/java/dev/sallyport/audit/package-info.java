/** The append-only log: append, sign, witness, fsck. */
package dev.sallyport.audit;
