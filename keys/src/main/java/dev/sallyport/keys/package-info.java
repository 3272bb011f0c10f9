/** Signing, verification, wrapping to a recipient; opens nothing. */
package dev.sallyport.keys;
