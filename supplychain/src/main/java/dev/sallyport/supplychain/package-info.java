/** Model signatures of others and for others: OpenSSF Model Signing, Sigstore bundles. */
@NullMarked
package dev.sallyport.supplychain;

import org.jspecify.annotations.NullMarked;
