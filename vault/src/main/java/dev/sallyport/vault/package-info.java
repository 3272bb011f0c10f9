/** Store of sealed models, sealing and opening. */
package dev.sallyport.vault;
