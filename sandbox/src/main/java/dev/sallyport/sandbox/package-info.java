/** Bubblewrap launcher. */
package dev.sallyport.sandbox;
