dnl smtpsend: SMTP submission. Needs OpenSSL 1.1.1 or later; libidn2 where it is there.

PHP_ARG_ENABLE([smtpsend],
  [whether to enable smtpsend],
  [AS_HELP_STRING([--enable-smtpsend], [Enable SMTP submission])],
  [yes])

PHP_ARG_WITH([smtpsend-libidn2],
  [for libidn2 (internationalised domain names)],
  [AS_HELP_STRING([--without-smtpsend-libidn2], [smtpsend: refuse domain names outside ASCII])],
  [auto], [no])

PHP_ARG_ENABLE([smtpsend-strict],
  [whether smtpsend is built with all warnings],
  [AS_HELP_STRING([--enable-smtpsend-strict], [smtpsend: all warnings (for its developers)])],
  [no], [no])

if test "$PHP_SMTPSEND" != "no"; then
  SMTPSEND_CFLAGS="-DZEND_ENABLE_STATIC_TSRMLS_CACHE=1 -D_GNU_SOURCE -fvisibility=hidden -I@ext_srcdir@ -I@ext_srcdir@/src"

  AC_PATH_PROG([PKG_CONFIG], [pkg-config], [no])

  dnl OpenSSL, by pkg-config or where the compiler finds it.
  AC_MSG_CHECKING([for OpenSSL >= 1.1.1])
  if test "$PKG_CONFIG" != "no" && $PKG_CONFIG --exists "openssl >= 1.1.1"; then
    AC_MSG_RESULT([$($PKG_CONFIG --modversion openssl)])
    PHP_EVAL_INCLINE([$($PKG_CONFIG --cflags openssl)])
    PHP_EVAL_LIBLINE([$($PKG_CONFIG --libs openssl)], [SMTPSEND_SHARED_LIBADD])
  else
    AC_PREPROC_IFELSE([AC_LANG_SOURCE([[
#include <openssl/opensslv.h>
#if OPENSSL_VERSION_NUMBER < 0x10101000L
#error too old
#endif
    ]])], [AC_MSG_RESULT([yes])], [
      AC_MSG_RESULT([no])
      AC_MSG_ERROR([smtpsend needs OpenSSL 1.1.1 or later: install libssl-dev (Debian), openssl-devel (Fedora) or openssl-dev (Alpine)])
    ])
    PHP_ADD_LIBRARY([ssl], [1], [SMTPSEND_SHARED_LIBADD])
    PHP_ADD_LIBRARY([crypto], [1], [SMTPSEND_SHARED_LIBADD])
  fi

  dnl libidn2: yes asks for it, auto takes it where it is.
  smtpsend_idn2=no
  if test "$PHP_SMTPSEND_LIBIDN2" != "no"; then
    AC_MSG_CHECKING([for libidn2])
    if test "$PKG_CONFIG" != "no" && $PKG_CONFIG --exists libidn2; then
      smtpsend_idn2=yes
      PHP_EVAL_INCLINE([$($PKG_CONFIG --cflags libidn2)])
      PHP_EVAL_LIBLINE([$($PKG_CONFIG --libs libidn2)], [SMTPSEND_SHARED_LIBADD])
    else
      AC_PREPROC_IFELSE([AC_LANG_SOURCE([[#include <idn2.h>]])], [
        smtpsend_idn2=yes
        PHP_ADD_LIBRARY([idn2], [1], [SMTPSEND_SHARED_LIBADD])
      ], [])
    fi
    AC_MSG_RESULT([$smtpsend_idn2])
  fi
  if test "$smtpsend_idn2" = "no"; then
    SMTPSEND_CFLAGS="$SMTPSEND_CFLAGS -DSMTPS_NO_IDN2"
  fi

  dnl The helper thread that resolves names.
  AC_CHECK_FUNC([pthread_create], [], [
    PHP_ADD_LIBRARY([pthread], [1], [SMTPSEND_SHARED_LIBADD])
  ])

  dnl That thread may outlive the module: the code stays mapped.
  AC_MSG_CHECKING([whether the linker takes -z nodelete])
  smtpsend_ldflags=$LDFLAGS
  LDFLAGS="$LDFLAGS -Wl,-z,nodelete"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])], [
    AC_MSG_RESULT([yes])
    SMTPSEND_SHARED_LIBADD="$SMTPSEND_SHARED_LIBADD -Wl,-z,nodelete"
  ], [AC_MSG_RESULT([no])])
  LDFLAGS=$smtpsend_ldflags

  if test "$PHP_SMTPSEND_STRICT" != "no"; then
    SMTPSEND_CFLAGS="$SMTPSEND_CFLAGS -Wall -Wextra -Wshadow -Wstrict-prototypes -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers"
  fi

  dnl All of src/ but what is Windows': a file added there needs no line here.
  smtpsend_root=PHP_EXT_SRCDIR([smtpsend])
  smtpsend_sources=smtpsend.c
  for smtpsend_file in "$smtpsend_root"/src/*/*.c "$smtpsend_root"/src/php/classes/*.c; do
    case $smtpsend_file in
      *_windows.c|*'*'*) ;;
      *) smtpsend_sources="$smtpsend_sources ${smtpsend_file#"$smtpsend_root"/}" ;;
    esac
  done

  PHP_NEW_EXTENSION([smtpsend], [$smtpsend_sources], [$ext_shared],, [$SMTPSEND_CFLAGS])
  for smtpsend_folder in base mail smtp net client php php/classes; do
    PHP_ADD_BUILD_DIR([$ext_builddir/src/$smtpsend_folder])
  done
  PHP_ADD_EXTENSION_DEP([smtpsend], [spl])
  PHP_ADD_EXTENSION_DEP([smtpsend], [json])
  PHP_ADD_EXTENSION_DEP([smtpsend], [date])
  PHP_SUBST([SMTPSEND_SHARED_LIBADD])
fi
