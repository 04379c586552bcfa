//! What a Node addon needs of its linker.

fn main() {
    napi_build::setup();
}
