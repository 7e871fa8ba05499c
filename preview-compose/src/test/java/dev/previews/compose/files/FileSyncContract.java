package dev.previews.compose.files;

/** What a copy must do, whichever tools the far end has. */
abstract class FileSyncContract extends ChangesMeanwhileContract {}
