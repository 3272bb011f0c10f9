/** Main: the short-lived sealer. */
package dev.sallyport.sealer;
