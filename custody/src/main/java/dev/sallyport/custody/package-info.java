/** Root keys, unwrapping, data keys: all that opens. */
package dev.sallyport.custody;
