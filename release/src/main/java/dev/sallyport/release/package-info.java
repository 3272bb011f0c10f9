/** The gate: evidence, approvals, state machine. */
package dev.sallyport.release;
