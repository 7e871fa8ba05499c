/** A driver of somebody else's. */
@NullMarked
package com.example.limited;

import org.jspecify.annotations.NullMarked;
