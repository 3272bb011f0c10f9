/** Hardware attestation, verified offline to the vendors' roots (spec/key-release.md §9). */
@NullMarked
package dev.sallyport.attest;

import org.jspecify.annotations.NullMarked;
